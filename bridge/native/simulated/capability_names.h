// The directions that are notified, by the names of the command "capabilities".
#pragma once

#include <optional>
#include <string>

#include "mapi/offline_state_abi.h"

namespace offline_state {

// "none", "offline", "online" or "both"; other bits do not matter.
std::string NameOfCapabilities(ULONG capabilities);

// MAPIOFFLINE_CAPABILITY_* for one of those names; nothing for any other.
std::optional<ULONG> CapabilitiesOf(const std::string& name);

}  // namespace offline_state
