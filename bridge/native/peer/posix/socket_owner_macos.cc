// macOS shows the sockets of a process only to its user. So the peer's socket is searched among this user's processes,
// and a socket found there belongs to this user. libproc.h, sys/proc_info.h
#if defined(__APPLE__)
#include <arpa/inet.h>
#include <libproc.h>
#include <sys/proc_info.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "peer/socket_owner.h"

namespace offline_state {
namespace {

template <typename Item, typename List>
std::vector<Item> ListItems(List list) {
  const int needed = list(nullptr, 0);
  if (needed <= 0) return {};
  // With room for items that are added between the two calls.
  std::vector<Item> items(static_cast<std::size_t>(needed) / sizeof(Item) + 32);
  const int filled = list(items.data(), static_cast<int>(items.size() * sizeof(Item)));
  items.resize(filled <= 0 ? 0 : static_cast<std::size_t>(filled) / sizeof(Item));
  return items;
}

Endpoint EndpointOf(const in_sockinfo& info, bool remote) {
  Endpoint endpoint;
  endpoint.ipv6 = (info.insi_vflag & INI_IPV6) != 0;
  // Ports are in network order, widened to int.
  endpoint.port = ntohs(static_cast<std::uint16_t>(remote ? info.insi_fport : info.insi_lport));
  if (endpoint.ipv6) {
    std::memcpy(endpoint.address.data(), remote ? &info.insi_faddr.ina_6 : &info.insi_laddr.ina_6, 16);
    return UnmapIpv4(endpoint);
  }
  const in_addr& address = remote ? info.insi_faddr.ina_46.i46a_addr4 : info.insi_laddr.ina_46.i46a_addr4;
  std::memcpy(endpoint.address.data(), &address, 4);
  return endpoint;
}

bool HasSocket(pid_t process, const TcpConnection& connection) {
  const auto files = ListItems<proc_fdinfo>(
      [process](void* out, int size) { return proc_pidinfo(process, PROC_PIDLISTFDS, 0, out, size); });
  for (const proc_fdinfo& file : files) {
    if (file.proc_fdtype != PROX_FDTYPE_SOCKET) continue;
    socket_fdinfo info{};
    const int size = static_cast<int>(sizeof(info));
    if (proc_pidfdinfo(process, file.proc_fd, PROC_PIDFDSOCKETINFO, &info, size) != size) continue;
    if (info.psi.soi_kind != SOCKINFO_TCP) continue;
    const tcp_sockinfo& tcp = info.psi.soi_proto.pri_tcp;
    if (tcp.tcpsi_state != TSI_S_ESTABLISHED) continue;
    if (EndpointOf(tcp.tcpsi_ini, false) == connection.remote && EndpointOf(tcp.tcpsi_ini, true) == connection.local)
      return true;
  }
  return false;
}

}  // namespace

PeerVerdict CheckPeer(const TcpConnection& connection) {
  const auto processes =
      ListItems<pid_t>([](void* out, int size) { return proc_listpids(PROC_UID_ONLY, geteuid(), out, size); });
  for (const pid_t process : processes) {
    if (process > 0 && HasSocket(process, connection)) return {true, true, {}};
  }
  return {false, false, "no process of this user was found at the other end of the connection"};
}

}  // namespace offline_state
#endif
