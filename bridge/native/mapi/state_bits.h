// Converts MAPI's state bits.
#pragma once

#include "core/status.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

// Other bits may be set too. Anything but exactly one of online and offline is unknown.
constexpr State StateOfBits(ULONG bits) noexcept {
  switch (bits & MAPIOFFLINE_STATE_OFFLINE_MASK) {
    case MAPIOFFLINE_STATE_OFFLINE:
      return State::kOffline;
    case MAPIOFFLINE_STATE_ONLINE:
      return State::kOnline;
    default:
      return State::kUnknown;
  }
}

}  // namespace offline_state
