#if defined(__linux__)
#include "peer/posix/socket_owner_linux.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

namespace offline_state {
namespace {

constexpr std::uint8_t kEstablished = 1;  // TCP_ESTABLISHED of the kernel's tcp_states.h

struct SockDiagRequest {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

class SockDiagSocket {
 public:
  SockDiagSocket() noexcept : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    // The kernel replies within send(); the timeout only guards against one that does not.
    const timeval limit{0, 200000};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~SockDiagSocket() {
    if (fd_ >= 0) close(fd_);
  }
  SockDiagSocket(const SockDiagSocket&) = delete;
  SockDiagSocket& operator=(const SockDiagSocket&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// The peer's socket has our endpoints reversed: its source is our remote endpoint.
SockDiagRequest RequestFor(const TcpConnection& connection) noexcept {
  SockDiagRequest request{};
  request.header.nlmsg_len = sizeof(request);
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = connection.remote.ipv6 ? AF_INET6 : AF_INET;
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 1U << kEstablished;
  inet_diag_sockid& id = request.body.id;
  id.idiag_sport = htons(connection.remote.port);
  id.idiag_dport = htons(connection.local.port);
  std::memcpy(&id.idiag_src, connection.remote.address.data(), sizeof(id.idiag_src));
  std::memcpy(&id.idiag_dst, connection.local.address.data(), sizeof(id.idiag_dst));
  id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
  id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
  return request;
}

// Without such a connection the kernel returns a listening socket on the port; for a closed connection it returns user
// 0 and no inode.
bool IsOpenConnection(const inet_diag_msg& reply, const SockDiagRequest& request) noexcept {
  return reply.idiag_state == kEstablished && reply.idiag_inode != 0 &&
         reply.id.idiag_sport == request.body.id.idiag_sport && reply.id.idiag_dport == request.body.id.idiag_dport;
}

// -1 unless the kernel is the sender: other processes can send to a netlink socket too.
ssize_t Receive(int socket, char* buffer, std::size_t capacity) noexcept {
  sockaddr_nl sender{};
  ssize_t size = 0;
  do {
    socklen_t length = sizeof(sender);
    size = recvfrom(socket, buffer, capacity, 0, reinterpret_cast<sockaddr*>(&sender), &length);
  } while (size < 0 && errno == EINTR);
  return sender.nl_pid == 0 ? size : -1;
}

// A line of the table is `sl local remote st tx:rx tr:when retrnsmt uid timeout inode ...`; 01 is ESTABLISHED.
constexpr int kFieldsBeforeUid = 3;     // tx:rx, tr:when and retrnsmt are between the state and the uid
constexpr std::size_t kChunk = 32768;   // large, because the kernel walks its table from the start on every read
constexpr std::size_t kNeedleMax = 96;  // two addresses of 32 digits, two ports of 4, separators, state

// The kernel prints an address as 32-bit words in host byte order.
std::size_t PrintEndpoint(char* out, std::size_t capacity, const Endpoint& endpoint, bool as_ipv6) noexcept {
  std::array<std::uint8_t, 16> bytes = endpoint.address;
  if (as_ipv6 && !endpoint.ipv6) {
    std::copy(kIpv4MappedPrefix.begin(), kIpv4MappedPrefix.end(), bytes.begin());
    std::copy(endpoint.address.begin(), endpoint.address.begin() + 4, bytes.begin() + kIpv4MappedPrefix.size());
  }
  std::size_t length = 0;
  for (std::size_t word = 0; word < (as_ipv6 ? 4U : 1U); ++word) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + 4 * word, sizeof(value));
    length += static_cast<std::size_t>(std::snprintf(out + length, capacity - length, "%08X", value));
  }
  return length + static_cast<std::size_t>(std::snprintf(out + length, capacity - length, ":%04X ", endpoint.port));
}

std::string_view NextField(std::string_view& line) noexcept {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const std::string_view field = line.substr(0, line.find(' '));
  line.remove_prefix(field.size());
  return field;
}

std::optional<std::uint32_t> ParseNumber(std::string_view field) noexcept {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

// `rest` is the line after the state. A connection without an inode belongs to no process, and its user is printed as
// 0.
std::optional<std::uint32_t> ParseUid(std::string_view rest) noexcept {
  for (int skipped = 0; skipped < kFieldsBeforeUid; ++skipped) NextField(rest);
  const std::optional<std::uint32_t> uid = ParseNumber(NextField(rest));
  NextField(rest);  // timeout
  const std::string_view inode = NextField(rest);
  return inode.empty() || inode == "0" ? std::nullopt : uid;
}

SocketOwner SearchTable(const char* table, std::string_view needle) noexcept {
  SocketOwner owner;
  const int file = open(table, O_RDONLY | O_CLOEXEC);
  if (file < 0) return owner;
  char buffer[kChunk];
  std::size_t kept = 0;  // bytes of an incomplete last line
  for (;;) {
    const ssize_t size = read(file, buffer + kept, sizeof(buffer) - kept);
    if (size < 0 && errno == EINTR) continue;
    owner.is_available = size >= 0;
    if (size <= 0) break;
    const std::string_view text(buffer, kept + static_cast<std::size_t>(size));
    const std::size_t whole = text.rfind('\n') + 1;  // npos + 1 is 0
    const std::size_t at = text.substr(0, whole).find(needle);
    if (at != std::string_view::npos) {
      const std::string_view rest = text.substr(at + needle.size());
      owner.uid = ParseUid(rest.substr(0, rest.find('\n')));
      break;
    }
    kept = text.size() - whole;
    if (kept == sizeof(buffer)) break;  // no line is that long: an unknown format
    std::memmove(buffer, buffer + whole, kept);
  }
  close(file);
  return owner;
}

SocketOwner SearchTable(const char* table, const TcpConnection& connection, bool as_ipv6) noexcept {
  char needle[kNeedleMax];
  std::size_t length = PrintEndpoint(needle, sizeof(needle), connection.remote, as_ipv6);
  length += PrintEndpoint(needle + length, sizeof(needle) - length, connection.local, as_ipv6);
  length += static_cast<std::size_t>(std::snprintf(needle + length, sizeof(needle) - length, "01 "));
  return SearchTable(table, {needle, length});
}

}  // namespace

SocketOwner OwnerFromSockDiag(const TcpConnection& connection) noexcept {
  SocketOwner owner;
  const SockDiagSocket kernel;
  if (kernel.get() < 0) return owner;
  const SockDiagRequest request = RequestFor(connection);
  if (send(kernel.get(), &request, sizeof(request), 0) != static_cast<ssize_t>(sizeof(request))) return owner;

  alignas(nlmsghdr) char buffer[4096];
  const ssize_t size = Receive(kernel.get(), buffer, sizeof(buffer));
  if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return owner;

  nlmsghdr header;
  std::memcpy(&header, buffer, sizeof(header));
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr error;
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(error))) return owner;
    std::memcpy(&error, buffer + NLMSG_HDRLEN, sizeof(error));
    // ENOENT: there is no such connection. Any other error: lookups are not permitted here.
    owner.is_available = error.error == -ENOENT;
    return owner;
  }
  inet_diag_msg reply;
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(reply)))
    return owner;
  std::memcpy(&reply, buffer + NLMSG_HDRLEN, sizeof(reply));
  owner.is_available = true;
  if (IsOpenConnection(reply, request)) owner.uid = reply.idiag_uid;
  return owner;
}

SocketOwner OwnerFromProc(const TcpConnection& connection) noexcept {
  // An IPv4 address can be reached through an IPv6 socket, which the kernel lists in the IPv6 table.
  SocketOwner owner;
  if (!connection.remote.ipv6) owner = SearchTable("/proc/self/net/tcp", connection, false);
  if (owner.uid) return owner;
  const SocketOwner second = SearchTable("/proc/self/net/tcp6", connection, true);
  return {owner.is_available || second.is_available, second.uid};
}

PeerVerdict CheckPeer(const TcpConnection& connection) {
  // 1. Look up the one socket.
  SocketOwner owner = OwnerFromSockDiag(connection);
  // 2. If that is not available, search the tables.
  if (!owner.is_available) owner = OwnerFromProc(connection);
  // 3. The user must be ours.
  if (!owner.uid) return {false, false, "no process was found at the other end of the connection"};
  if (*owner.uid == geteuid()) return {true, true, {}};
  return {false, true, "the other end of the connection belongs to user " + std::to_string(*owner.uid)};
}

}  // namespace offline_state
#endif
