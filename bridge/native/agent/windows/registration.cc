#include "agent/windows/registration.h"

#include "agent/windows/registry_key.h"

namespace offline_state {
namespace {

std::wstring ClassKey() { return std::wstring(L"Software\\Classes\\CLSID\\") + kAgentClassText; }
std::wstring ProgIdKey() { return std::wstring(L"Software\\Classes\\") + kAgentProgId; }
std::wstring AddInKey() { return std::wstring(L"Software\\Microsoft\\Office\\Outlook\\Addins\\") + kAgentProgId; }

LSTATUS RegisterClass(REGSAM view, const std::wstring& dll) {
  RegistryKey name = RegistryKey::Create(HKEY_CURRENT_USER, ClassKey(), view);
  name.SetText(nullptr, kFriendlyName);
  RegistryKey server = RegistryKey::Create(HKEY_CURRENT_USER, ClassKey() + L"\\InprocServer32", view);
  server.SetText(nullptr, dll);
  server.SetText(L"ThreadingModel", L"Apartment");
  RegistryKey program = RegistryKey::Create(HKEY_CURRENT_USER, ClassKey() + L"\\ProgID", view);
  program.SetText(nullptr, kAgentProgId);
  for (const RegistryKey* key : {&name, &server, &program}) {
    if (key->status() != ERROR_SUCCESS) return key->status();
  }
  return ERROR_SUCCESS;
}

LSTATUS RegisterAddIn() {
  RegistryKey program = RegistryKey::Create(HKEY_CURRENT_USER, ProgIdKey() + L"\\CLSID", 0);
  program.SetText(nullptr, kAgentClassText);
  RegistryKey add_in = RegistryKey::Create(HKEY_CURRENT_USER, AddInKey(), 0);
  add_in.SetText(L"FriendlyName", kFriendlyName);
  add_in.SetText(L"Description", kDescription);
  add_in.SetNumber(L"LoadBehavior", kLoadAtStartup);
  return program.status() != ERROR_SUCCESS ? program.status() : add_in.status();
}

bool HasClass(REGSAM view) { return RegistryKey::Open(HKEY_CURRENT_USER, ClassKey(), view).status() == ERROR_SUCCESS; }

// RegDeleteTree takes no view, so the parent key is opened in `view`.
LSTATUS Remove(const std::wstring& path, REGSAM view) {
  const std::size_t name = path.find_last_of(L'\\') + 1;
  HKEY parent = nullptr;
  const LSTATUS opened =
      RegOpenKeyExW(HKEY_CURRENT_USER, path.substr(0, name - 1).c_str(), 0, KEY_ALL_ACCESS | view, &parent);
  const LSTATUS removed = opened == ERROR_SUCCESS ? RegDeleteTreeW(parent, path.c_str() + name) : opened;
  if (opened == ERROR_SUCCESS) RegCloseKey(parent);
  return removed == ERROR_FILE_NOT_FOUND ? ERROR_SUCCESS : removed;
}

}  // namespace

HRESULT RegisterAgent(RegistryView view, const std::wstring& dll) {
  const LSTATUS status = RegisterClass(static_cast<REGSAM>(view), dll);
  return HRESULT_FROM_WIN32(status != ERROR_SUCCESS ? status : RegisterAddIn());
}

HRESULT UnregisterAgent(RegistryView view) {
  LSTATUS status = Remove(ClassKey(), static_cast<REGSAM>(view));
  if (!HasClass(KEY_WOW64_32KEY) && !HasClass(KEY_WOW64_64KEY)) {
    for (const std::wstring& path : {ProgIdKey(), AddInKey()}) {
      const LSTATUS removed = Remove(path, 0);
      if (status == ERROR_SUCCESS) status = removed;
    }
  }
  return HRESULT_FROM_WIN32(status);
}

}  // namespace offline_state
