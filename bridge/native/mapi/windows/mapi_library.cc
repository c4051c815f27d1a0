#include "mapi/mapi_library.h"

#include "mapi/windows/outlook_mapi_paths.h"

namespace offline_state {
namespace {

constexpr const wchar_t* kLibraries[] = {L"olmapi32.dll", L"msmapi32.dll"};

// The reference names the decorated form, that of x86.
#ifdef _WIN64
constexpr const char* kNames[] = {"HrOpenOfflineObj", "HrOpenOfflineObj@20"};
#else
constexpr const char* kNames[] = {"HrOpenOfflineObj@20", "HrOpenOfflineObj"};
#endif

HrOpenOfflineObjFn ExportOf(HMODULE library) noexcept {
  for (const char* name : kNames) {
    if (const FARPROC found = GetProcAddress(library, name))
      return reinterpret_cast<HrOpenOfflineObjFn>(reinterpret_cast<void*>(found));
  }
  return nullptr;
}

HrOpenOfflineObjFn AmongLoaded() noexcept {
  for (const wchar_t* name : kLibraries) {
    const HMODULE loaded = GetModuleHandleW(name);
    if (loaded == nullptr) continue;
    if (const auto found = ExportOf(loaded)) return found;
  }
  return nullptr;
}

// With an absolute path, and its own directory first for its dependencies. Stays loaded: MAPI may hold the sink.
HrOpenOfflineObjFn Load(const std::wstring& path) noexcept {
  const HMODULE library = LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  if (library == nullptr) return nullptr;
  if (const auto found = ExportOf(library)) return found;
  FreeLibrary(library);
  return nullptr;
}

}  // namespace

HrOpenOfflineObjFn FindHrOpenOfflineObj(const std::string&, std::string* error) noexcept {
  if (const auto found = AmongLoaded()) return found;
  try {
    for (const std::wstring& path : OutlookMapiPaths()) {
      if (const auto found = Load(path)) return found;
    }
    if (error != nullptr) *error = "No MAPI library that exports HrOpenOfflineObj is loaded here or registered.";
  } catch (...) {
    // Out of memory: as if none were found.
  }
  return nullptr;
}

}  // namespace offline_state
