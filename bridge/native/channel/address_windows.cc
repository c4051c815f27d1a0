#include <array>
#include <stdexcept>

#include "channel/address.h"
#include "channel/home_hash.h"
#include "channel/identity_windows.h"
#include "channel/meeting_windows.h"
#include "channel/text_windows.h"

namespace offline_state {
namespace {

std::wstring Variable(const wchar_t* name) {
  const DWORD size = GetEnvironmentVariableW(name, nullptr, 0);
  if (size == 0) return {};
  std::wstring value(size, L'\0');
  const DWORD written = GetEnvironmentVariableW(name, value.data(), size);
  value.resize(written < size ? written : 0);
  return value;
}

std::wstring DefaultHome() {
  const std::wstring local = Variable(L"LOCALAPPDATA");
  return local.empty() ? std::wstring() : local + L"\\OutlookOfflineState";
}

// One spelling for one folder: absolute, lower case, no separator at the end.
std::wstring Canonical(const std::wstring& path) {
  if (path.empty()) return {};
  const DWORD size = GetFullPathNameW(path.c_str(), 0, nullptr, nullptr);
  std::wstring full(size, L'\0');
  full.resize(GetFullPathNameW(path.c_str(), size, full.data(), nullptr));
  while (!full.empty() && full.back() == L'\\') full.pop_back();
  std::wstring lower(full);
  if (!full.empty()) {
    LCMapStringEx(LOCALE_NAME_INVARIANT, LCMAP_LOWERCASE, full.c_str(), static_cast<int>(full.size()), lower.data(),
                  static_cast<int>(lower.size()), nullptr, nullptr, 0);
  }
  return lower;
}

std::string SuffixOrThrow(const std::string& home) {
  if (Canonical(WideText(home)).empty())
    throw std::runtime_error("The home \"" + home + "\" is no path: set OUTLOOK_OFFLINE_STATE_HOME to a folder.");
  return HomeSuffix(home);
}

}  // namespace

std::string HomeFromEnvironment() {
  const std::wstring home = Variable(L"OUTLOOK_OFFLINE_STATE_HOME");
  return Utf8Text(home.empty() ? DefaultHome() : home);
}

std::string HomeSuffix(const std::string& home) {
  const std::wstring canonical = Canonical(WideText(home));
  return canonical == Canonical(DefaultHome()) ? std::string() : ".h-" + HomeHash(Utf8Text(canonical));
}

std::string ChannelAddress(const std::string& home) {
  const Identity own = OwnIdentity();
  return "\\\\.\\pipe\\outlook-offline-state." + own.user + "." + std::to_string(own.session) + SuffixOrThrow(home);
}

std::string MeetingName(const std::string& home) {
  return "Local\\outlook-offline-state." + OwnIdentity().user + SuffixOrThrow(home);
}

}  // namespace offline_state
