#include "simulated/registry_windows.h"

#include <array>

namespace offline_state {
namespace {

class Key {
 public:
  Key(const RegistryPath& key, REGSAM access) noexcept {
    if (access == KEY_READ) {
      RegOpenKeyExW(key.root, key.path.c_str(), 0, KEY_READ | key.view, &key_);
    } else {
      RegCreateKeyExW(key.root, key.path.c_str(), 0, nullptr, 0, access | key.view, nullptr, &key_, nullptr);
    }
  }
  ~Key() {
    if (key_ != nullptr) RegCloseKey(key_);
  }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  HKEY get() const noexcept { return key_; }

 private:
  HKEY key_ = nullptr;
};

std::vector<std::uint8_t> Read(const RegistryPath& key, const wchar_t* value, DWORD types) {
  const Key opened(key, KEY_READ);
  DWORD size = 0;
  if (opened.get() == nullptr || RegGetValueW(opened.get(), nullptr, value, types, nullptr, nullptr, &size) != 0)
    return {};
  std::vector<std::uint8_t> bytes(size);
  if (RegGetValueW(opened.get(), nullptr, value, types, nullptr, bytes.data(), &size) != 0) return {};
  bytes.resize(size);
  return bytes;
}

}  // namespace

std::vector<std::wstring> SubkeysOf(const RegistryPath& key) {
  const Key opened(key, KEY_READ);
  std::vector<std::wstring> names;
  std::array<wchar_t, 256> name{};
  for (DWORD i = 0; opened.get() != nullptr; ++i) {
    DWORD size = static_cast<DWORD>(name.size());
    if (RegEnumKeyExW(opened.get(), i, name.data(), &size, nullptr, nullptr, nullptr, nullptr) != 0) break;
    names.emplace_back(name.data(), size);
  }
  return names;
}

std::vector<std::wstring> ValuesOf(const RegistryPath& key) {
  const Key opened(key, KEY_READ);
  std::vector<std::wstring> names;
  std::array<wchar_t, 1024> name{};
  for (DWORD i = 0; opened.get() != nullptr; ++i) {
    DWORD size = static_cast<DWORD>(name.size());
    if (RegEnumValueW(opened.get(), i, name.data(), &size, nullptr, nullptr, nullptr, nullptr) != 0) break;
    names.emplace_back(name.data(), size);
  }
  return names;
}

std::optional<std::wstring> TextAt(const RegistryPath& key, const wchar_t* value) {
  const auto bytes = Read(key, value, RRF_RT_REG_SZ);
  if (bytes.size() < sizeof(wchar_t)) return std::nullopt;
  std::wstring text(bytes.size() / sizeof(wchar_t), L'\0');
  memcpy(text.data(), bytes.data(), text.size() * sizeof(wchar_t));
  text.resize(text.find(L'\0'));  // RegGetValue ends it
  return text;
}

std::optional<DWORD> NumberAt(const RegistryPath& key, const wchar_t* value) {
  const auto bytes = Read(key, value, RRF_RT_REG_DWORD);
  if (bytes.size() != sizeof(DWORD)) return std::nullopt;
  DWORD number = 0;
  memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

std::vector<std::uint8_t> BytesAt(const RegistryPath& key, const std::wstring& value) {
  return Read(key, value.c_str(), RRF_RT_REG_BINARY);
}

void PutNumber(const RegistryPath& key, const wchar_t* value, DWORD number) {
  const Key opened(key, KEY_WRITE);
  if (opened.get() != nullptr)
    RegSetValueExW(opened.get(), value, 0, REG_DWORD, reinterpret_cast<const BYTE*>(&number), sizeof(number));
}

void PutBytes(const RegistryPath& key, const std::wstring& value, const std::vector<std::uint8_t>& bytes) {
  const Key opened(key, KEY_WRITE);
  if (opened.get() != nullptr)
    RegSetValueExW(opened.get(), value.c_str(), 0, REG_BINARY, bytes.data(), static_cast<DWORD>(bytes.size()));
}

void Erase(const RegistryPath& key, const std::wstring& value) {
  const Key opened(key, KEY_WRITE);
  if (opened.get() != nullptr) RegDeleteValueW(opened.get(), value.c_str());
}

}  // namespace offline_state
