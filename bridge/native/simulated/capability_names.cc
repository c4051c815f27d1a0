#include "simulated/capability_names.h"

namespace offline_state {
namespace {

constexpr const char* kNames[] = {"none", "offline", "online", "both"};
static_assert(MAPIOFFLINE_CAPABILITY_OFFLINE == 1 && MAPIOFFLINE_CAPABILITY_ONLINE == 2, "the bits are the index");

}  // namespace

std::string NameOfCapabilities(ULONG capabilities) {
  return kNames[capabilities & (MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE)];
}

std::optional<ULONG> CapabilitiesOf(const std::string& name) {
  for (ULONG bits = 0; bits <= 3; ++bits) {
    if (name == kNames[bits]) return bits;
  }
  return std::nullopt;
}

}  // namespace offline_state
