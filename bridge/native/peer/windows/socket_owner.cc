#include "peer/socket_owner.h"

#include <iphlpapi.h>
#include <winsock2.h>  // before <windows.h>
#include <ws2tcpip.h>

#include <cstring>
#include <vector>

#include "core/windows/handle.h"
#include "core/windows/identity.h"

namespace offline_state {
namespace {

constexpr int kAttempts = 4;  // the table may grow between the call for its size and the call for its rows

// Empty on failure. DWORD gives the alignment that the tables need.
std::vector<DWORD> ReadTable(ULONG family) {
  std::vector<DWORD> table(4096);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    DWORD size = static_cast<DWORD>(table.size() * sizeof(DWORD));
    const DWORD result = GetExtendedTcpTable(table.data(), &size, FALSE, family, TCP_TABLE_OWNER_PID_CONNECTIONS, 0);
    if (result == NO_ERROR) return table;
    if (result != ERROR_INSUFFICIENT_BUFFER) break;
    table.resize(size / sizeof(DWORD) + 1024);
  }
  return {};
}

// The port is in the low word, in network byte order; the high word is undefined.
std::uint16_t PortOf(DWORD port) noexcept { return ntohs(static_cast<u_short>(port)); }

Endpoint EndpointOf(DWORD address, DWORD port) noexcept {
  Endpoint endpoint;
  endpoint.port = PortOf(port);
  std::memcpy(endpoint.address.data(), &address, sizeof(address));
  return endpoint;
}

Endpoint EndpointOf(const UCHAR (&address)[16], DWORD port) noexcept {
  Endpoint endpoint;
  endpoint.ipv6 = true;
  endpoint.port = PortOf(port);
  std::memcpy(endpoint.address.data(), address, sizeof(address));
  return UnmapIpv4(endpoint);
}

// The connection as the process of `row` sees it.
TcpConnection ConnectionOf(const MIB_TCPROW_OWNER_PID& row) noexcept {
  return {EndpointOf(row.dwLocalAddr, row.dwLocalPort), EndpointOf(row.dwRemoteAddr, row.dwRemotePort)};
}
TcpConnection ConnectionOf(const MIB_TCP6ROW_OWNER_PID& row) noexcept {
  return {EndpointOf(row.ucLocalAddr, row.dwLocalPort), EndpointOf(row.ucRemoteAddr, row.dwRemotePort)};
}

// The process at the remote end of `connection`, or 0.
template <typename Table>
DWORD PeerProcessIn(ULONG family, const TcpConnection& connection) {
  const std::vector<DWORD> memory = ReadTable(family);
  if (memory.empty()) return 0;
  const Table& table = *reinterpret_cast<const Table*>(memory.data());
  for (DWORD index = 0; index < table.dwNumEntries; ++index) {
    const auto& row = table.table[index];
    if (row.dwState != MIB_TCP_STATE_ESTAB) continue;
    const TcpConnection peer = ConnectionOf(row);
    if (peer.local == connection.remote && peer.remote == connection.local) return row.dwOwningPid;
  }
  return 0;
}

// An IPv4 address can be reached through an IPv6 socket, which Windows lists in the IPv6 table.
DWORD PeerProcess(const TcpConnection& connection) {
  const DWORD process = connection.remote.ipv6 ? 0 : PeerProcessIn<MIB_TCPTABLE_OWNER_PID>(AF_INET, connection);
  return process != 0 ? process : PeerProcessIn<MIB_TCP6TABLE_OWNER_PID>(AF_INET6, connection);
}

}  // namespace

PeerVerdict CheckPeer(const TcpConnection& connection) {
  // 1. The row with our endpoints reversed names the process. 0, the idle process, has no connections.
  const DWORD id = PeerProcess(connection);
  if (id == 0) return {false, false, "no process was found at the other end of the connection"};
  const std::string who = "process " + std::to_string(id) + " at the other end of the connection ";

  // 2. Its token names the user. Access is denied only for processes of other users.
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  if (!process) return {false, true, who + "cannot be opened"};
  const std::string user = UserOf(process.get());
  if (user.empty()) return {false, true, who + "has an unreadable token"};

  // 3. The user must be ours.
  if (user == UserOf(GetCurrentProcess())) return {true, true, {}};
  return {false, true, who + "belongs to user " + user};
}

}  // namespace offline_state
