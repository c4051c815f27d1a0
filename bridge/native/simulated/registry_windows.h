// The few ways in which the simulated Outlook reads and writes the registry. Windows only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "channel/handle_windows.h"

namespace offline_state {

// A key, by its path below `root`. `view` is 0, KEY_WOW64_32KEY or KEY_WOW64_64KEY. What is not there reads as nothing.
struct RegistryPath {
  HKEY root;
  std::wstring path;
  REGSAM view = 0;
};

std::vector<std::wstring> SubkeysOf(const RegistryPath& key);
std::vector<std::wstring> ValuesOf(const RegistryPath& key);  // names
std::optional<std::wstring> TextAt(const RegistryPath& key, const wchar_t* value);
std::optional<DWORD> NumberAt(const RegistryPath& key, const wchar_t* value);
std::vector<std::uint8_t> BytesAt(const RegistryPath& key, const std::wstring& value);

void PutNumber(const RegistryPath& key, const wchar_t* value, DWORD number);
void PutBytes(const RegistryPath& key, const std::wstring& value, const std::vector<std::uint8_t>& bytes);
void Erase(const RegistryPath& key, const std::wstring& value);

}  // namespace offline_state
