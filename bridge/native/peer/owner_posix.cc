#include <arpa/inet.h>

#include "peer/end.h"
#include "peer/owner.h"

namespace offline_state {

std::optional<End> ParseEnd(const std::string& address, std::uint32_t port) {
  if (port == 0 || port > 0xFFFF) return std::nullopt;
  End end;
  end.port = static_cast<std::uint16_t>(port);
  if (inet_pton(AF_INET, address.c_str(), end.address.data()) == 1) return end;
  end.ipv6 = true;
  if (inet_pton(AF_INET6, address.c_str(), end.address.data()) == 1) return WithoutMapping(end);
  return std::nullopt;
}

}  // namespace offline_state
