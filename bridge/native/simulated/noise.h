// Notifications that Outlook may send through the same callback and that a client must ignore.
#pragma once

#include <vector>

#include "mapi/offline_state_abi.h"

namespace offline_state {

// One of them, in memory of exactly the size that it says, so that a sanitizer sees a client that reads beyond.
class Noise {
 public:
  Noise() = default;  // a null pointer
  Noise(const MAPIOFFLINE_NOTIFY& whole, ULONG size);
  const MAPIOFFLINE_NOTIFY* info() const noexcept;

 private:
  std::vector<ULONG> words_;
};

// Other types, other masks, null, and structures too short. Each that can carry a state carries the opposite of
// `state`.
std::vector<Noise> MakeNoise(ULONG state);

}  // namespace offline_state
