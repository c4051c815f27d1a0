// The two ways to find the owner of a socket on Linux. Linux only.
#pragma once

#include <cstdint>
#include <optional>

#include "peer/socket_owner.h"

namespace offline_state {

struct SocketOwner {
  bool is_available = false;  // false: this way is not available here (blocked by a container's seccomp filter, say)
  std::optional<std::uint32_t> uid;  // set if an established socket of a process was found
};

// By NETLINK_SOCK_DIAG: an exact lookup, independent of the number of connections. sock_diag(7)
SocketOwner OwnerFromSockDiag(const TcpConnection& connection) noexcept;

// By /proc/net/tcp and /proc/net/tcp6: reads every connection of the machine. proc_pid_net(5)
SocketOwner OwnerFromProc(const TcpConnection& connection) noexcept;

}  // namespace offline_state
