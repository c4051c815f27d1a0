#include "channel/home_hash.h"

#include <cstddef>
#include <cstdint>

namespace offline_state {

std::string HomeHash(std::string_view canonical) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char byte : canonical) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  std::string digits(16, '0');
  for (std::size_t at = digits.size(); at-- > 0; hash >>= 4) digits[at] = "0123456789abcdef"[hash & 0xF];
  return digits;
}

}  // namespace offline_state
