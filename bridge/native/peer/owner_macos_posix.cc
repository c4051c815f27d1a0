// macOS shows the sockets of a process to its own user: the peer's socket is looked for in this user's processes alone,
// and a socket that is found there is this user's. libproc.h, sys/proc_info.h
#if defined(__APPLE__)
#include <arpa/inet.h>
#include <libproc.h>
#include <sys/proc_info.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "peer/end.h"
#include "peer/owner.h"

namespace offline_state {
namespace {

template <typename Item, typename List>
std::vector<Item> Listed(List list) {
  const int needed = list(nullptr, 0);
  if (needed <= 0) return {};
  // Room for those that come into being between the two calls.
  std::vector<Item> items(static_cast<std::size_t>(needed) / sizeof(Item) + 32);
  const int filled = list(items.data(), static_cast<int>(items.size() * sizeof(Item)));
  items.resize(filled <= 0 ? 0 : static_cast<std::size_t>(filled) / sizeof(Item));
  return items;
}

End EndOf(const in_sockinfo& info, bool remote) {
  End end;
  end.ipv6 = (info.insi_vflag & INI_IPV6) != 0;
  // Ports are in network order, widened to int.
  end.port = ntohs(static_cast<std::uint16_t>(remote ? info.insi_fport : info.insi_lport));
  if (end.ipv6) {
    std::memcpy(end.address.data(), remote ? &info.insi_faddr.ina_6 : &info.insi_laddr.ina_6, 16);
    return WithoutMapping(end);
  }
  const in_addr& address = remote ? info.insi_faddr.ina_46.i46a_addr4 : info.insi_laddr.ina_46.i46a_addr4;
  std::memcpy(end.address.data(), &address, 4);
  return end;
}

bool Holds(pid_t process, const Connection& connection) {
  const auto files = Listed<proc_fdinfo>(
      [process](void* out, int size) { return proc_pidinfo(process, PROC_PIDLISTFDS, 0, out, size); });
  for (const proc_fdinfo& file : files) {
    if (file.proc_fdtype != PROX_FDTYPE_SOCKET) continue;
    socket_fdinfo info{};
    const int size = static_cast<int>(sizeof(info));
    if (proc_pidfdinfo(process, file.proc_fd, PROC_PIDFDSOCKETINFO, &info, size) != size) continue;
    if (info.psi.soi_kind != SOCKINFO_TCP) continue;
    const tcp_sockinfo& tcp = info.psi.soi_proto.pri_tcp;
    if (tcp.tcpsi_state != TSI_S_ESTABLISHED) continue;
    if (EndOf(tcp.tcpsi_ini, false) == connection.remote && EndOf(tcp.tcpsi_ini, true) == connection.local) return true;
  }
  return false;
}

}  // namespace

PeerVerdict OwnerOfPeer(const Connection& connection) {
  const auto processes =
      Listed<pid_t>([](void* out, int size) { return proc_listpids(PROC_UID_ONLY, geteuid(), out, size); });
  for (const pid_t process : processes) {
    if (process > 0 && Holds(process, connection)) return {true, true, {}};
  }
  return {false, false, "no process of this user was found at the other end of the connection"};
}

}  // namespace offline_state
#endif
