#include "channel/address.h"

#include <array>
#include <stdexcept>

#include "channel/directory_hash.h"
#include "channel/windows/ready_event.h"
#include "core/windows/identity.h"
#include "core/windows/wide_text.h"

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

std::wstring DefaultDataDirectory() {
  const std::wstring local = Variable(L"LOCALAPPDATA");
  return local.empty() ? std::wstring() : local + L"\\OutlookOfflineState";
}

// The same text for every spelling of a directory: absolute, lower case, no separator at the end.
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

std::string SuffixOrThrow(const std::string& data_directory) {
  if (Canonical(WideText(data_directory)).empty())
    throw std::runtime_error("Not a valid data directory: \"" + data_directory +
                             "\". Set OUTLOOK_OFFLINE_STATE_HOME to an absolute path.");
  return DataDirectorySuffix(data_directory);
}

}  // namespace

std::string DataDirectoryFromEnvironment() {
  const std::wstring data_directory = Variable(L"OUTLOOK_OFFLINE_STATE_HOME");
  return Utf8Text(data_directory.empty() ? DefaultDataDirectory() : data_directory);
}

std::string DataDirectorySuffix(const std::string& data_directory) {
  const std::wstring canonical = Canonical(WideText(data_directory));
  return canonical == Canonical(DefaultDataDirectory()) ? std::string() : ".h-" + DirectoryHash(Utf8Text(canonical));
}

std::string ChannelAddress(const std::string& data_directory) {
  const Identity own = OwnIdentity();
  return "\\\\.\\pipe\\outlook-offline-state." + own.user + "." + std::to_string(own.session) +
         SuffixOrThrow(data_directory);
}

std::string ReadyEventName(const std::string& data_directory) {
  return "Local\\outlook-offline-state." + OwnIdentity().user + SuffixOrThrow(data_directory);
}

}  // namespace offline_state
