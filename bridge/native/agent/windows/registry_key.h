// A registry key that is open as long as the object exists. Windows only.
#pragma once

#include <string>

#include "mapi/com_types.h"

namespace offline_state {

class RegistryKey {
 public:
  // Opens the key for reading. `view` is 0, KEY_WOW64_32KEY or KEY_WOW64_64KEY.
  static RegistryKey Open(HKEY root, const std::wstring& path, REGSAM view) noexcept {
    RegistryKey key;
    key.status_ = RegOpenKeyExW(root, path.c_str(), 0, KEY_READ | view, &key.key_);
    return key;
  }

  // Opens the key for writing and creates it if it does not exist.
  static RegistryKey Create(HKEY root, const std::wstring& path, REGSAM view) noexcept {
    RegistryKey key;
    key.status_ = RegCreateKeyExW(root, path.c_str(), 0, nullptr, 0, KEY_WRITE | view, nullptr, &key.key_, nullptr);
    return key;
  }

  RegistryKey(RegistryKey&& other) noexcept : key_(other.key_), status_(other.status_) { other.key_ = nullptr; }
  ~RegistryKey() {
    if (key_ != nullptr) RegCloseKey(key_);
  }

  // `name` null: the default value of the key. Does nothing after an error.
  void SetText(const wchar_t* name, const std::wstring& text) noexcept {
    Set(name, REG_SZ, text.c_str(), (text.size() + 1) * sizeof(wchar_t));
  }
  void SetNumber(const wchar_t* name, DWORD number) noexcept { Set(name, REG_DWORD, &number, sizeof(number)); }
  void Set(const wchar_t* name, DWORD type, const void* data, std::size_t size) noexcept {
    if (status_ != ERROR_SUCCESS) return;
    status_ = RegSetValueExW(key_, name, 0, type, static_cast<const BYTE*>(data), static_cast<DWORD>(size));
  }

  HKEY get() const noexcept { return key_; }           // null if it could not be opened
  LSTATUS status() const noexcept { return status_; }  // the first error, or ERROR_SUCCESS

 private:
  RegistryKey() noexcept = default;

  HKEY key_ = nullptr;
  LSTATUS status_ = ERROR_SUCCESS;
};

}  // namespace offline_state
