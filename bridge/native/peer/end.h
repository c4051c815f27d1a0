// What the platforms' ways of reading an address share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "peer/owner.h"

namespace offline_state {

// ::ffff:a.b.c.d is the IPv4 address a.b.c.d, seen through an IPv6 socket: the two must not differ in a comparison.
inline constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

inline End WithoutMapping(const End& end) noexcept {
  if (!end.ipv6 || !std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), end.address.begin())) return end;
  End plain;
  plain.port = end.port;
  std::copy(end.address.begin() + kMappedPrefix.size(), end.address.end(), plain.address.begin());
  return plain;
}

inline bool operator==(const End& a, const End& b) noexcept {
  return a.ipv6 == b.ipv6 && a.port == b.port && a.address == b.address;
}

}  // namespace offline_state
