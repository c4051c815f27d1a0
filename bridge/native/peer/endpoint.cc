#include "peer/endpoint.h"

#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include <algorithm>

namespace offline_state {

bool operator==(const Endpoint& a, const Endpoint& b) noexcept {
  return a.ipv6 == b.ipv6 && a.port == b.port && a.address == b.address;
}

std::optional<Endpoint> ParseEndpoint(const std::string& address, std::uint32_t port) {
  if (port == 0 || port > 0xFFFF) return std::nullopt;
  Endpoint endpoint;
  endpoint.port = static_cast<std::uint16_t>(port);
  if (inet_pton(AF_INET, address.c_str(), endpoint.address.data()) == 1) return endpoint;
  endpoint.ipv6 = true;
  if (inet_pton(AF_INET6, address.c_str(), endpoint.address.data()) == 1) return UnmapIpv4(endpoint);
  return std::nullopt;
}

Endpoint UnmapIpv4(const Endpoint& endpoint) noexcept {
  const bool is_mapped =
      endpoint.ipv6 && std::equal(kIpv4MappedPrefix.begin(), kIpv4MappedPrefix.end(), endpoint.address.begin());
  if (!is_mapped) return endpoint;
  Endpoint ipv4;
  ipv4.port = endpoint.port;
  std::copy(endpoint.address.begin() + kIpv4MappedPrefix.size(), endpoint.address.end(), ipv4.address.begin());
  return ipv4;
}

}  // namespace offline_state
