#include "mapi/windows/outlook_mapi_paths.h"

#include <array>
#include <memory>

#include "mapi/com_types.h"

namespace offline_state {
namespace {

constexpr const wchar_t* kOutlookClient = L"Software\\Clients\\Mail\\Microsoft Outlook";

// Windows Installer's component categories of Outlook: 2016 and later, 2013, 2010, 2007.
constexpr const wchar_t* kCategories[] = {
    L"{5812C571-53F0-4467-BEFA-0A4F47A9437C}",
    L"{E83B4360-C208-4325-9504-0D23003A74A5}",
    L"{1E77DE88-BCAB-4C37-B9E5-073AF52DFD7A}",
    L"{24AAE126-0911-478F-A019-07B875EB9996}",
};
#ifdef _WIN64
constexpr const wchar_t* kQualifiers[] = {L"outlook.x64.exe", L"outlook.exe"};
#else
constexpr const wchar_t* kQualifiers[] = {L"outlook.exe"};
#endif

// The component of Outlook's MAPI, for FGetComponentPath of the system's stub library.
constexpr char kMapiComponent[] = "{FF1D0740-D227-11D1-A4B0-006008AF820E}";

constexpr DWORD kExistingOnly = static_cast<DWORD>(-1);  // INSTALLMODE_EXISTING: neither installs nor repairs
using MsiProvideQualifiedComponentFn = UINT(WINAPI*)(LPCWSTR category, LPCWSTR qualifier, DWORD mode, LPWSTR path,
                                                     DWORD* characters);
using FGetComponentPathFn = BOOL(STDAPICALLTYPE*)(LPCSTR component, LPSTR qualifier, LPSTR path, DWORD size,
                                                  BOOL install);

struct Unload {
  void operator()(HMODULE library) const noexcept { FreeLibrary(library); }
};
using Library = std::unique_ptr<std::remove_pointer_t<HMODULE>, Unload>;

Library SystemLibrary(const wchar_t* name) noexcept {
  return Library(LoadLibraryExW(name, nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32));
}

template <typename Fn>
Fn Find(const Library& library, const char* name) noexcept {
  return library ? reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(library.get(), name))) : nullptr;
}

// A relative path is refused, because it could be found in any directory.
bool IsAbsolute(const std::wstring& path) noexcept { return path.size() > 3 && (path[1] == L':' || path[0] == L'\\'); }

void Add(std::vector<std::wstring>& paths, const std::wstring& path) {
  if (IsAbsolute(path)) paths.push_back(path);
}

// RegGetValue expands REG_EXPAND_SZ.
std::wstring Registered(const wchar_t* value) {
  std::array<wchar_t, 1024> text{};
  DWORD bytes = sizeof(text);
  return RegGetValueW(HKEY_LOCAL_MACHINE, kOutlookClient, value, RRF_RT_REG_SZ, nullptr, text.data(), &bytes) ==
                 ERROR_SUCCESS
             ? std::wstring(text.data())
             : std::wstring();
}

std::wstring BesideOutlook(MsiProvideQualifiedComponentFn provide, const wchar_t* category, const wchar_t* qualifier) {
  std::array<wchar_t, 1024> path{};
  DWORD characters = static_cast<DWORD>(path.size());
  if (provide(category, qualifier, kExistingOnly, path.data(), &characters) != ERROR_SUCCESS) return {};
  const std::wstring outlook(path.data());
  return outlook.substr(0, outlook.find_last_of(L'\\') + 1) + L"olmapi32.dll";
}

std::wstring FromStub(const wchar_t* stub) {
  const Library library = SystemLibrary(stub);
  const auto ask = Find<FGetComponentPathFn>(library, "FGetComponentPath");
  std::array<char, MAX_PATH> path{};
  if (ask == nullptr || ask(kMapiComponent, nullptr, path.data(), static_cast<DWORD>(path.size()), FALSE) == 0)
    return {};
  std::array<wchar_t, MAX_PATH> wide{};
  MultiByteToWideChar(CP_ACP, 0, path.data(), -1, wide.data(), static_cast<int>(wide.size()));
  return std::wstring(wide.data());
}

}  // namespace

std::vector<std::wstring> OutlookMapiPaths() {
  std::vector<std::wstring> paths;
  // 1. What Outlook has registered.
  Add(paths, Registered(L"DllPathEx"));
  // 2. In the directory of the OUTLOOK.EXE that is registered with Windows Installer.
  const Library installer = SystemLibrary(L"msi.dll");
  if (const auto provide = Find<MsiProvideQualifiedComponentFn>(installer, "MsiProvideQualifiedComponentW")) {
    for (const wchar_t* category : kCategories) {
      for (const wchar_t* qualifier : kQualifiers) Add(paths, BesideOutlook(provide, category, qualifier));
    }
  }
  // 3. What older versions registered.
  Add(paths, Registered(L"DllPath"));
  // 4. What the system's stub library is configured to use.
  for (const wchar_t* stub : {L"mapi32.dll", L"mapistub.dll"}) Add(paths, FromStub(stub));
  return paths;
}

}  // namespace offline_state
