#include "channel/address.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include "channel/directory_hash.h"

namespace offline_state {
namespace {

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

// The XDG specification requires relative paths to be ignored.
bool IsAbsolute(const std::string& path) { return !path.empty() && path.front() == '/'; }

std::string UserDirectory() {
  const std::string data_directory = Variable("HOME");
  if (IsAbsolute(data_directory)) return data_directory;
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr || entry->pw_dir == nullptr ? std::string() : std::string(entry->pw_dir);
}

std::string DefaultDataDirectory() {
  const std::string state = Variable("XDG_STATE_HOME");
  if (IsAbsolute(state)) return state + "/outlook-offline-state";
  const std::string user = UserDirectory();
  return user.empty() ? std::string() : user + "/.local/state/outlook-offline-state";
}

// The same text for every spelling of a directory: absolute, no "." or "..", no slash at the end. Empty if invalid.
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

std::string DataDirectoryFromEnvironment() {
  const std::string data_directory = Variable("OUTLOOK_OFFLINE_STATE_HOME");
  return data_directory.empty() ? DefaultDataDirectory() : data_directory;
}

std::string DataDirectorySuffix(const std::string& data_directory) {
  const std::string canonical = Canonical(data_directory);
  return canonical == Canonical(DefaultDataDirectory()) ? std::string() : ".h-" + DirectoryHash(canonical);
}

std::string ChannelAddress(const std::string& data_directory) {
  const std::string canonical = Canonical(data_directory);
  if (canonical.empty()) {
    throw std::runtime_error("Not a valid data directory: \"" + data_directory +
                             "\". Set OUTLOOK_OFFLINE_STATE_HOME to an absolute path.");
  }
  return canonical + "/run/agent.sock";
}

}  // namespace offline_state
