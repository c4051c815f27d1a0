// Who owns the other end of a loopback connection: asked of the operating system, never of the peer.
// Platform code: owner_posix.cc (which picks owner_linux_posix.cc or owner_macos_posix.cc), owner_windows.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace offline_state {

// One end of a TCP connection.
struct End {
  bool ipv6 = false;
  std::array<std::uint8_t, 16> address{};  // network order; the first 4 when it is IPv4. Mapped IPv4 is kept as IPv4
  std::uint16_t port = 0;                  // host order
};

// As the socket that asks sees it: `local` is its own end.
struct Connection {
  End local;
  End remote;
};

// The peer's process runs as this process's user, or `why` not (English, for a log; empty when it does).
struct PeerVerdict {
  bool same_user = false;
  // False when the system does not list the connection, or not yet: asking again a little later may find it. A process
  // that was found and is not this user's is final.
  bool found = true;
  std::string why;
};

// nullopt when `address` is no IPv4 or IPv6 literal, or `port` is not in 1 to 65535. A zone ("fe80::1%eth0") is none.
std::optional<End> ParseEnd(const std::string& address, std::uint32_t port);

// Asks once, and blocks for as long as the answer takes: microseconds on Linux, well below a millisecond on Windows.
// Tables of connections are not read in one piece, so that a line may be missed: the caller asks again (same-user.ts).
// Fails closed: what cannot be found out is not the same user. Only an established connection is believed, because
// systems forget the owner of one that its process has closed. Any thread.
PeerVerdict OwnerOfPeer(const Connection& connection);

}  // namespace offline_state
