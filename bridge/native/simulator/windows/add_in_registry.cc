#include "simulator/windows/add_in_registry.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

// Needs <windows.h>, which the header above includes.
#include <objbase.h>

#include "agent/windows/registry_key.h"
#include "channel/directory_hash.h"
#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

constexpr wchar_t kAddIns[] = L"Software\\Microsoft\\Office\\Outlook\\Addins";
constexpr wchar_t kResiliency[] = L"Software\\Microsoft\\Office\\16.0\\Outlook\\Resiliency\\";
constexpr REGSAM kOwnView = static_cast<REGSAM>(OwnView());

// A key, by its path below `root`. Missing keys and values read as empty.
struct KeyPath {
  HKEY root;
  std::wstring path;
  REGSAM view = 0;

  RegistryKey Open() const noexcept { return RegistryKey::Open(root, path, view); }
  RegistryKey Create() const noexcept { return RegistryKey::Create(root, path, view); }
};

KeyPath AddInKey(const std::wstring& prog_id) { return {HKEY_CURRENT_USER, std::wstring(kAddIns) + L"\\" + prog_id}; }
KeyPath ResiliencyKey(const wchar_t* name) { return {HKEY_CURRENT_USER, std::wstring(kResiliency) + name}; }

std::vector<std::uint8_t> ReadValue(const KeyPath& path, const wchar_t* name, DWORD types) {
  const RegistryKey key = path.Open();
  DWORD size = 0;
  if (key.get() == nullptr || RegGetValueW(key.get(), nullptr, name, types, nullptr, nullptr, &size) != 0) return {};
  std::vector<std::uint8_t> bytes(size);
  if (RegGetValueW(key.get(), nullptr, name, types, nullptr, bytes.data(), &size) != 0) return {};
  bytes.resize(size);
  return bytes;
}

std::optional<std::wstring> ReadText(const KeyPath& path, const wchar_t* name) {
  const auto bytes = ReadValue(path, name, RRF_RT_REG_SZ);
  if (bytes.size() < sizeof(wchar_t)) return std::nullopt;
  std::wstring text(bytes.size() / sizeof(wchar_t), L'\0');
  std::memcpy(text.data(), bytes.data(), text.size() * sizeof(wchar_t));
  text.resize(text.find(L'\0'));  // RegGetValue adds it if it is missing
  return text;
}

std::optional<DWORD> ReadNumber(const KeyPath& path, const wchar_t* name) {
  const auto bytes = ReadValue(path, name, RRF_RT_REG_DWORD);
  if (bytes.size() != sizeof(DWORD)) return std::nullopt;
  DWORD number = 0;
  std::memcpy(&number, bytes.data(), sizeof(number));
  return number;
}

std::vector<std::wstring> SubkeyNames(const KeyPath& path) {
  const RegistryKey key = path.Open();
  std::vector<std::wstring> names;
  std::array<wchar_t, 256> name{};
  for (DWORD i = 0; key.get() != nullptr; ++i) {
    DWORD size = static_cast<DWORD>(name.size());
    if (RegEnumKeyExW(key.get(), i, name.data(), &size, nullptr, nullptr, nullptr, nullptr) != 0) break;
    names.emplace_back(name.data(), size);
  }
  return names;
}

std::vector<std::wstring> ValueNames(const KeyPath& path) {
  const RegistryKey key = path.Open();
  std::vector<std::wstring> names;
  std::array<wchar_t, 1024> name{};
  for (DWORD i = 0; key.get() != nullptr; ++i) {
    DWORD size = static_cast<DWORD>(name.size());
    if (RegEnumValueW(key.get(), i, name.data(), &size, nullptr, nullptr, nullptr, nullptr) != 0) break;
    names.emplace_back(name.data(), size);
  }
  return names;
}

std::wstring ReadClass(const std::wstring& path) {
  for (const HKEY root : {HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE}) {
    if (const auto text = ReadText({root, L"Software\\Classes\\" + path, kOwnView}, nullptr)) return *text;
  }
  return {};
}

RegisteredAddIn ReadAddIn(const std::wstring& prog_id) {
  const KeyPath key = AddInKey(prog_id);
  RegisteredAddIn add_in;
  add_in.prog_id = prog_id;
  add_in.friendly_name = ReadText(key, L"FriendlyName").value_or(prog_id);
  add_in.load_behavior = ReadNumber(key, L"LoadBehavior").value_or(0);
  const std::wstring class_id = ReadClass(prog_id + L"\\CLSID");
  if (FAILED(CLSIDFromString(class_id.c_str(), &add_in.class_id))) return add_in;
  add_in.dll = ReadClass(L"CLSID\\" + class_id + L"\\InprocServer32");
  return add_in;
}

// The value of an add-in below Resiliency: three numbers (1 for an add-in, size of the path, size of the name), then
// path and name in lower case with their null characters.
std::vector<std::uint8_t> ResiliencyValue(const RegisteredAddIn& add_in) {
  std::vector<std::uint8_t> value;
  const auto append = [&value](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    value.insert(value.end(), bytes, bytes + size);
  };
  std::wstring texts[] = {add_in.dll, add_in.friendly_name};
  DWORD header[] = {1, 0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    CharLowerBuffW(texts[i].data(), static_cast<DWORD>(texts[i].size()));
    header[i + 1] = static_cast<DWORD>((texts[i].size() + 1) * sizeof(wchar_t));
  }
  append(header, sizeof(header));
  for (std::size_t i = 0; i < 2; ++i) append(texts[i].c_str(), header[i + 1]);
  return value;
}

// Outlook uses meaningless names; these are the same for the same add-in.
std::wstring ResiliencyValueName(const RegisteredAddIn& add_in) {
  return WideText(DirectoryHash(Utf8Text(add_in.dll))).substr(0, 8);
}

void WriteResiliencyValue(const KeyPath& path, const RegisteredAddIn& add_in) {
  const auto value = ResiliencyValue(add_in);
  path.Create().Set(ResiliencyValueName(add_in).c_str(), REG_BINARY, value.data(), value.size());
}

void DeleteValue(const KeyPath& path, const std::wstring& name) {
  const RegistryKey key = path.Create();
  if (key.get() != nullptr) RegDeleteValueW(key.get(), name.c_str());
}

}  // namespace

std::vector<RegisteredAddIn> FindRegisteredAddIns() {
  std::vector<RegisteredAddIn> add_ins;
  for (const std::wstring& prog_id : SubkeyNames({HKEY_CURRENT_USER, kAddIns})) add_ins.push_back(ReadAddIn(prog_id));
  return add_ins;
}

RegisteredAddIn UnregisteredAgent(const std::wstring& dll) {
  return {kAgentProgId, kFriendlyName, dll, kAgentClass, kLoadAtStartup, /*is_registered=*/false};
}

void SetLoadBehavior(const RegisteredAddIn& add_in, DWORD load_behavior) {
  if (add_in.is_registered) AddInKey(add_in.prog_id).Create().SetNumber(L"LoadBehavior", load_behavior);
}

bool IsDisabledByOutlook(const RegisteredAddIn& add_in) {
  if (!add_in.is_registered) return false;
  const KeyPath key = ResiliencyKey(L"DisabledItems");
  const auto expected = ResiliencyValue(add_in);
  const auto names = ValueNames(key);
  return std::any_of(names.begin(), names.end(), [&](const std::wstring& name) {
    return ReadValue(key, name.c_str(), RRF_RT_REG_BINARY) == expected;
  });
}

void DisableByOutlook(const RegisteredAddIn& add_in) {
  if (add_in.is_registered) WriteResiliencyValue(ResiliencyKey(L"DisabledItems"), add_in);
}

CrashMarker::CrashMarker(const RegisteredAddIn& add_in)
    : value_name_(add_in.is_registered ? ResiliencyValueName(add_in) : std::wstring()) {
  if (add_in.is_registered) WriteResiliencyValue(ResiliencyKey(L"StartupItems"), add_in);
}

CrashMarker::~CrashMarker() {
  if (!value_name_.empty()) DeleteValue(ResiliencyKey(L"StartupItems"), value_name_);
}

bool TakeCrashMarker(const RegisteredAddIn& add_in) {
  if (!add_in.is_registered) return false;
  const KeyPath key = ResiliencyKey(L"StartupItems");
  const std::wstring name = ResiliencyValueName(add_in);
  const bool has_crashed = ReadValue(key, name.c_str(), RRF_RT_REG_BINARY) == ResiliencyValue(add_in);
  if (has_crashed) DeleteValue(key, name);
  return has_crashed;
}

}  // namespace offline_state
