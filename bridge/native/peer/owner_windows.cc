// <winsock2.h> must come before <windows.h>.
#include <iphlpapi.h>
#include <winsock2.h>
#include <ws2tcpip.h>

#include <cstring>
#include <vector>

#include "channel/handle_windows.h"
#include "channel/identity_windows.h"
#include "peer/end.h"
#include "peer/owner.h"

namespace offline_state {
namespace {

constexpr int kAttempts = 4;  // connections may come between asking for the size and for the table

// Of DWORDs, whose alignment the tables have.
std::vector<DWORD> TableOf(ULONG family) {
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

// Ports are in network order in the low half; the high half is not said to be zero.
std::uint16_t PortOf(DWORD port) noexcept { return ntohs(static_cast<u_short>(port)); }

End EndOf(DWORD address, DWORD port) noexcept {
  End end;
  end.port = PortOf(port);
  std::memcpy(end.address.data(), &address, sizeof(address));
  return end;
}

End EndOf(const UCHAR (&address)[16], DWORD port) noexcept {
  End end;
  end.ipv6 = true;
  end.port = PortOf(port);
  std::memcpy(end.address.data(), address, sizeof(address));
  return WithoutMapping(end);
}

struct Ends {
  End local;
  End remote;
};

Ends EndsOf(const MIB_TCPROW_OWNER_PID& row) noexcept {
  return {EndOf(row.dwLocalAddr, row.dwLocalPort), EndOf(row.dwRemoteAddr, row.dwRemotePort)};
}
Ends EndsOf(const MIB_TCP6ROW_OWNER_PID& row) noexcept {
  return {EndOf(row.ucLocalAddr, row.dwLocalPort), EndOf(row.ucRemoteAddr, row.dwRemotePort)};
}

// The process at the end that has ours reversed; 0 when there is none.
template <typename Table>
DWORD HolderIn(ULONG family, const Connection& connection) {
  const std::vector<DWORD> memory = TableOf(family);
  if (memory.empty()) return 0;
  const Table& table = *reinterpret_cast<const Table*>(memory.data());
  for (DWORD index = 0; index < table.dwNumEntries; ++index) {
    const auto& row = table.table[index];
    if (row.dwState != MIB_TCP_STATE_ESTAB) continue;
    const Ends ends = EndsOf(row);
    if (ends.local == connection.remote && ends.remote == connection.local) return row.dwOwningPid;
  }
  return 0;
}

// An IPv4 address may have been reached through an IPv6 socket, which Windows lists in the other table.
DWORD HolderOf(const Connection& connection) {
  const DWORD holder = connection.remote.ipv6 ? 0 : HolderIn<MIB_TCPTABLE_OWNER_PID>(AF_INET, connection);
  return holder != 0 ? holder : HolderIn<MIB_TCP6TABLE_OWNER_PID>(AF_INET6, connection);
}

}  // namespace

std::optional<End> ParseEnd(const std::string& address, std::uint32_t port) {
  if (port == 0 || port > 0xFFFF) return std::nullopt;
  End end;
  end.port = static_cast<std::uint16_t>(port);
  if (InetPtonA(AF_INET, address.c_str(), end.address.data()) == 1) return end;
  end.ipv6 = true;
  if (InetPtonA(AF_INET6, address.c_str(), end.address.data()) == 1) return WithoutMapping(end);
  return std::nullopt;
}

PeerVerdict OwnerOfPeer(const Connection& connection) {
  // 1. The row whose ends are ours reversed names the process. 0 is the idle process, which connects to nobody.
  const DWORD id = HolderOf(connection);
  if (id == 0) return {false, false, "no process was found at the other end of the connection"};
  const std::string who = "process " + std::to_string(id) + " at the other end of the connection ";

  // 2. Its token names the user. Access is denied for other users' processes, and so for nobody of ours.
  const UniqueHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, id));
  if (!process) return {false, true, who + "cannot be looked at"};
  const std::string user = UserOf(process.get());
  if (user.empty()) return {false, true, who + "does not show its user"};

  // 3. The user must be ours.
  if (user == UserOf(GetCurrentProcess())) return {true, true, {}};
  return {false, true, who + "belongs to user " + user};
}

}  // namespace offline_state
