#include "simulated/resiliency_windows.h"

#include <algorithm>

#include "channel/home_hash.h"
#include "channel/text_windows.h"
#include "simulated/registry_windows.h"

namespace offline_state {
namespace {

constexpr wchar_t kKey[] = L"Software\\Microsoft\\Office\\16.0\\Outlook\\Resiliency\\";

RegistryPath Items(const wchar_t* which) { return {HKEY_CURRENT_USER, std::wstring(kKey) + which}; }

// Three numbers (1 for an add-in, bytes of the path, bytes of the name), then both texts in lower case with their
// zeros.
std::vector<std::uint8_t> ItemOf(const ResilientName& add_in) {
  std::vector<std::uint8_t> item;
  const auto put = [&item](const void* data, std::size_t size) {
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    item.insert(item.end(), bytes, bytes + size);
  };
  std::wstring texts[] = {add_in.path, add_in.name};
  DWORD sizes[] = {1, 0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    CharLowerBuffW(texts[i].data(), static_cast<DWORD>(texts[i].size()));
    sizes[i + 1] = static_cast<DWORD>((texts[i].size() + 1) * sizeof(wchar_t));
  }
  put(sizes, sizeof(sizes));
  for (std::size_t i = 0; i < 2; ++i) put(texts[i].c_str(), sizes[i + 1]);
  return item;
}

// Outlook takes names without a meaning; ours are the same for the same add-in.
std::wstring ValueOf(const ResilientName& add_in) { return WideText(HomeHash(Utf8Text(add_in.path))).substr(0, 8); }

}  // namespace

bool IsDisabled(const ResilientName& add_in) {
  const RegistryPath key = Items(L"DisabledItems");
  const auto item = ItemOf(add_in);
  const auto values = ValuesOf(key);
  return std::any_of(values.begin(), values.end(), [&](const auto& value) { return BytesAt(key, value) == item; });
}

void Disable(const ResilientName& add_in) { PutBytes(Items(L"DisabledItems"), ValueOf(add_in), ItemOf(add_in)); }

InTheAddIn::InTheAddIn(const ResilientName& add_in, bool is_registered)
    : value_(is_registered ? ValueOf(add_in) : std::wstring()) {
  if (is_registered) PutBytes(Items(L"StartupItems"), value_, ItemOf(add_in));
}

InTheAddIn::~InTheAddIn() {
  if (!value_.empty()) Erase(Items(L"StartupItems"), value_);
}

bool TakeCrash(const ResilientName& add_in) {
  const RegistryPath key = Items(L"StartupItems");
  const std::wstring value = ValueOf(add_in);
  const bool crashed = BytesAt(key, value) == ItemOf(add_in);
  if (crashed) Erase(key, value);
  return crashed;
}

}  // namespace offline_state
