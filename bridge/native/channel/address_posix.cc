#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "channel/address.h"
#include "channel/home_hash.h"

namespace offline_state {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The XDG specification has a relative path ignored.
bool IsAbsolute(const std::string& path) { return !path.empty() && path.front() == '/'; }

std::string UserDirectory() {
  const std::string home = Variable("HOME");
  if (IsAbsolute(home)) return home;
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr || entry->pw_dir == nullptr ? std::string() : std::string(entry->pw_dir);
}

std::string DefaultHome() {
  const std::string state = Variable("XDG_STATE_HOME");
  if (IsAbsolute(state)) return state + "/outlook-offline-state";
  const std::string user = UserDirectory();
  return user.empty() ? std::string() : user + "/.local/state/outlook-offline-state";
}

// One spelling for one folder: absolute, no "." or "..", no slash at the end. Empty when there is none.
std::string Canonical(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) return {};
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(path, failed);
  if (failed) return {};
  std::string canonical = absolute.lexically_normal().string();
  while (canonical.size() > 1 && canonical.back() == '/') canonical.pop_back();
  return canonical;
}

}  // namespace

std::string HomeFromEnvironment() {
  const std::string home = Variable("OUTLOOK_OFFLINE_STATE_HOME");
  return home.empty() ? DefaultHome() : home;
}

std::string HomeSuffix(const std::string& home) {
  const std::string canonical = Canonical(home);
  return canonical == Canonical(DefaultHome()) ? std::string() : ".h-" + HomeHash(canonical);
}

std::string ChannelAddress(const std::string& home) {
  const std::string canonical = Canonical(home);
  if (canonical.empty()) {
    throw std::runtime_error("The home \"" + home + "\" is no path: set OUTLOOK_OFFLINE_STATE_HOME to a folder.");
  }
  return canonical + "/run/agent.sock";
}

}  // namespace offline_state
