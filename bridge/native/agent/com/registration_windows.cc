#include "agent/com/registration_windows.h"

#include "agent/com/class_id_windows.h"

namespace offline_state {
namespace {

constexpr DWORD kLoadAtStartup = 3;

std::wstring ClassKey() { return std::wstring(L"Software\\Classes\\CLSID\\") + kAgentClassText; }
std::wstring ProgIdKey() { return std::wstring(L"Software\\Classes\\") + kAgentProgId; }
std::wstring AddInKey() { return std::wstring(L"Software\\Microsoft\\Office\\Outlook\\Addins\\") + kAgentProgId; }

class Key {
 public:
  Key(const std::wstring& path, REGSAM view) noexcept
      : status_(RegCreateKeyExW(HKEY_CURRENT_USER, path.c_str(), 0, nullptr, 0, KEY_WRITE | view, nullptr, &key_,
                                nullptr)) {}
  ~Key() {
    if (key_ != nullptr) RegCloseKey(key_);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  // `name` null: the key's default value.
  void Set(const wchar_t* name, const std::wstring& text) noexcept {
    Set(name, REG_SZ, text.c_str(), (text.size() + 1) * sizeof(wchar_t));
  }
  void Set(const wchar_t* name, DWORD number) noexcept { Set(name, REG_DWORD, &number, sizeof(number)); }

  LSTATUS status() const noexcept { return status_; }

 private:
  void Set(const wchar_t* name, DWORD type, const void* data, std::size_t bytes) noexcept {
    if (status_ != ERROR_SUCCESS) return;
    status_ = RegSetValueExW(key_, name, 0, type, static_cast<const BYTE*>(data), static_cast<DWORD>(bytes));
  }

  HKEY key_ = nullptr;
  LSTATUS status_;
};

LSTATUS RegisterClass(REGSAM view, const std::wstring& dll) {
  Key name(ClassKey(), view);
  name.Set(nullptr, kFriendlyName);
  Key server(ClassKey() + L"\\InprocServer32", view);
  server.Set(nullptr, dll);
  server.Set(L"ThreadingModel", L"Apartment");
  Key program(ClassKey() + L"\\ProgID", view);
  program.Set(nullptr, kAgentProgId);
  for (const Key* key : {&name, &server, &program}) {
    if (key->status() != ERROR_SUCCESS) return key->status();
  }
  return ERROR_SUCCESS;
}

LSTATUS RegisterAddIn() {
  Key program(ProgIdKey() + L"\\CLSID", 0);
  program.Set(nullptr, kAgentClassText);
  Key add_in(AddInKey(), 0);
  add_in.Set(L"FriendlyName", kFriendlyName);
  add_in.Set(L"Description", kDescription);
  add_in.Set(L"LoadBehavior", kLoadAtStartup);
  return program.status() != ERROR_SUCCESS ? program.status() : add_in.status();
}

bool HasClass(REGSAM view) noexcept {
  HKEY key = nullptr;
  if (RegOpenKeyExW(HKEY_CURRENT_USER, ClassKey().c_str(), 0, KEY_READ | view, &key) != ERROR_SUCCESS) return false;
  RegCloseKey(key);
  return true;
}

// RegDeleteTree does not know views, so the parent is opened in the one that is meant.
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
