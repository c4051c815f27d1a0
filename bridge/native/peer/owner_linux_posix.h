// The two ways in which Linux tells the owner of a socket. Linux only.
#pragma once

#include <cstdint>
#include <optional>

#include "peer/owner.h"

namespace offline_state {

// The user of the peer's end when the kernel has an established socket there that a process holds.
struct Found {
  bool asked = false;  // false: this way is closed here (a container's seccomp filter, say)
  std::optional<std::uint32_t> uid;
};

// NETLINK_SOCK_DIAG: one exact look-up, whatever the number of connections. sock_diag(7)
Found OwnerBySockDiag(const Connection& connection) noexcept;

// /proc/net/tcp and tcp6: reads every connection of the machine. proc_pid_net(5)
Found OwnerByProc(const Connection& connection) noexcept;

}  // namespace offline_state
