// The words that commands use for states, capabilities and types of notifications.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "mapi/offline_state_abi.h"

namespace offline_state {

template <typename Value>
struct NamedValue {
  const char* name;
  Value value;
};

inline constexpr NamedValue<ULONG> kStateWords[] = {{"online", MAPIOFFLINE_STATE_ONLINE},
                                                    {"offline", MAPIOFFLINE_STATE_OFFLINE}};
inline constexpr NamedValue<ULONG> kCapabilityWords[] = {
    {"none", 0},
    {"online", MAPIOFFLINE_CAPABILITY_ONLINE},
    {"offline", MAPIOFFLINE_CAPABILITY_OFFLINE},
    {"both", MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE}};
inline constexpr NamedValue<MAPIOFFLINE_NOTIFY_TYPE> kNotificationWords[] = {
    {"start", MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START},
    {"statechange", MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE},
    {"done", MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_DONE}};

template <typename Value, std::size_t count>
std::optional<Value> ValueOf(const NamedValue<Value> (&words)[count], const std::string& name) {
  for (const NamedValue<Value>& word : words) {
    if (name == word.name) return word.value;
  }
  return std::nullopt;
}

// "unknown" if no word has this value.
template <typename Value, std::size_t count>
const char* NameOf(const NamedValue<Value> (&words)[count], Value value) noexcept {
  for (const NamedValue<Value>& word : words) {
    if (value == word.value) return word.name;
  }
  return "unknown";
}

}  // namespace offline_state
