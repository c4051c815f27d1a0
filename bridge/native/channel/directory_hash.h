// A short name for a data directory, for names that cannot contain its path.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace offline_state {

// FNV-1a, 64 bits, as 16 lower-case hex digits. `canonical` must be the same text for every spelling of one directory.
inline std::string DirectoryHash(std::string_view canonical) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char byte : canonical) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  std::string digits(16, '0');
  for (std::size_t at = digits.size(); at-- > 0; hash >>= 4) digits[at] = "0123456789abcdef"[hash & 0xF];
  return digits;
}

}  // namespace offline_state
