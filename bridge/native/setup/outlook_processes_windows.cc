#include "setup/outlook_processes_windows.h"

#include "core/windows/handle.h"
#include "core/windows/identity.h"
#include "core/windows/wide_text.h"
// Needs windows.h first.
#include <tlhelp32.h>

namespace offline_state {
namespace {

std::string PathOf(HANDLE process) {
  std::wstring path(32768, L'\0');
  DWORD size = static_cast<DWORD>(path.size());
  if (QueryFullProcessImageNameW(process, 0, path.data(), &size) == 0) return {};
  path.resize(size);
  return Utf8Text(path);
}

// 0 if unknown. On 64-bit Windows a process that does not run under WOW64 is a 64-bit process.
int BitsOf(HANDLE process) noexcept {
  BOOL wow64 = FALSE;
  if (IsWow64Process(process, &wow64) == 0) return 0;
  return wow64 != FALSE || sizeof(void*) == 4 ? 32 : 64;
}

Elevation ElevationOf(HANDLE process) noexcept {
  HANDLE raw = nullptr;
  if (OpenProcessToken(process, TOKEN_QUERY, &raw) == 0) return Elevation::kUnknown;
  const UniqueHandle token(raw);
  TOKEN_ELEVATION elevation{};
  DWORD size = 0;
  if (GetTokenInformation(token.get(), TokenElevation, &elevation, sizeof(elevation), &size) == 0)
    return Elevation::kUnknown;
  return elevation.TokenIsElevated != 0 ? Elevation::kYes : Elevation::kNo;
}

}  // namespace

std::vector<OutlookProcess> FindOutlookProcesses() {
  const UniqueHandle snapshot(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  if (!snapshot) throw LastError("CreateToolhelp32Snapshot");
  const DWORD own_session = OwnIdentity().session;
  std::vector<OutlookProcess> found;
  PROCESSENTRY32W entry{};
  entry.dwSize = sizeof(entry);
  for (BOOL more = Process32FirstW(snapshot.get(), &entry); more != 0; more = Process32NextW(snapshot.get(), &entry)) {
    DWORD session = 0;
    if (!IsOutlook(entry.szExeFile) || ProcessIdToSessionId(entry.th32ProcessID, &session) == 0 ||
        session != own_session)
      continue;
    OutlookProcess outlook;
    outlook.id = entry.th32ProcessID;
    const UniqueHandle process(
        OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, entry.th32ProcessID));
    if (process && IsSet(process.get())) continue;  // it has exited
    if (process) {
      outlook.image = PathOf(process.get());
      outlook.bits = BitsOf(process.get());
      outlook.elevation = ElevationOf(process.get());
    }
    found.push_back(std::move(outlook));
  }
  return found;
}

std::string ProcessImage(std::uint32_t id) {
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  return process ? PathOf(process.get()) : std::string();
}

std::string FileVersion(const std::string& path) {
  const std::wstring wide = WideText(path);
  const DWORD size = GetFileVersionInfoSizeW(wide.c_str(), nullptr);
  if (size == 0) return {};
  std::vector<std::uint8_t> data(size);
  void* value = nullptr;
  UINT length = 0;
  if (GetFileVersionInfoW(wide.c_str(), 0, size, data.data()) == 0 ||
      VerQueryValueW(data.data(), L"\\", &value, &length) == 0 || length < sizeof(VS_FIXEDFILEINFO))
    return {};
  const auto& info = *static_cast<const VS_FIXEDFILEINFO*>(value);
  return std::to_string(HIWORD(info.dwFileVersionMS)) + "." + std::to_string(LOWORD(info.dwFileVersionMS)) + "." +
         std::to_string(HIWORD(info.dwFileVersionLS)) + "." + std::to_string(LOWORD(info.dwFileVersionLS));
}

}  // namespace offline_state
