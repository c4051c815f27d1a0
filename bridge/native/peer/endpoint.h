// The endpoints of a TCP connection, comparable across IPv4 and IPv6 sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace offline_state {

struct Endpoint {
  bool ipv6 = false;
  // Network byte order; the first 4 bytes for IPv4. IPv4-mapped IPv6 addresses (::ffff:a.b.c.d) are stored as IPv4.
  std::array<std::uint8_t, 16> address{};
  std::uint16_t port = 0;  // host byte order
};

bool operator==(const Endpoint& a, const Endpoint& b) noexcept;

// A connection as the socket at `local` sees it.
struct TcpConnection {
  Endpoint local;
  Endpoint remote;
};

// nullopt unless `address` is an IPv4 or IPv6 literal without a zone ("fe80::1%eth0") and `port` is in 1 to 65535.
std::optional<Endpoint> ParseEndpoint(const std::string& address, std::uint32_t port);

// ::ffff:0:0/96, the prefix of IPv4 addresses that are used through an IPv6 socket.
inline constexpr std::array<std::uint8_t, 12> kIpv4MappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

// `endpoint` with an IPv4-mapped IPv6 address replaced by the IPv4 address, so that both forms compare as equal.
Endpoint UnmapIpv4(const Endpoint& endpoint) noexcept;

}  // namespace offline_state
