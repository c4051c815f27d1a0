#if defined(__linux__)
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "peer/owner_linux_posix.h"

namespace offline_state {
namespace {

constexpr std::uint8_t kEstablished = 1;  // TCP_ESTABLISHED of the kernel's tcp_states.h

struct Request {
  nlmsghdr header;
  inet_diag_req_v2 body;
};

class KernelSocket {
 public:
  KernelSocket() noexcept : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {
    // The kernel answers within the call that asks; the limit is for a kernel that does not.
    const timeval limit{0, 200000};
    if (fd_ >= 0) setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  }
  ~KernelSocket() {
    if (fd_ >= 0) close(fd_);
  }
  KernelSocket(const KernelSocket&) = delete;
  KernelSocket& operator=(const KernelSocket&) = delete;
  int get() const noexcept { return fd_; }

 private:
  int fd_;
};

// The peer's socket is the one that has our ends reversed: its source is our remote end.
Request RequestFor(const Connection& connection) noexcept {
  Request request{};
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

// The kernel falls back to a LISTENING socket when it finds no such connection, and owns up to a closed one with user
// 0.
bool IsHeldConnection(const inet_diag_msg& answer, const Request& request) noexcept {
  return answer.idiag_state == kEstablished && answer.idiag_inode != 0 &&
         answer.id.idiag_sport == request.body.id.idiag_sport && answer.id.idiag_dport == request.body.id.idiag_dport;
}

// -1 unless the kernel itself sent it: processes may write to such a socket too.
ssize_t Receive(int socket, char* buffer, std::size_t room) noexcept {
  sockaddr_nl sender{};
  ssize_t size = 0;
  do {
    socklen_t length = sizeof(sender);
    size = recvfrom(socket, buffer, room, 0, reinterpret_cast<sockaddr*>(&sender), &length);
  } while (size < 0 && errno == EINTR);
  return sender.nl_pid == 0 ? size : -1;
}

}  // namespace

Found OwnerBySockDiag(const Connection& connection) noexcept {
  Found found;
  const KernelSocket kernel;
  if (kernel.get() < 0) return found;
  const Request request = RequestFor(connection);
  if (send(kernel.get(), &request, sizeof(request), 0) != static_cast<ssize_t>(sizeof(request))) return found;

  alignas(nlmsghdr) char buffer[4096];
  const ssize_t size = Receive(kernel.get(), buffer, sizeof(buffer));
  if (size < static_cast<ssize_t>(sizeof(nlmsghdr))) return found;

  nlmsghdr header;
  std::memcpy(&header, buffer, sizeof(header));
  if (header.nlmsg_type == NLMSG_ERROR) {
    nlmsgerr failure;
    if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(failure))) return found;
    std::memcpy(&failure, buffer + NLMSG_HDRLEN, sizeof(failure));
    // No such connection is an answer; not being allowed to ask is none.
    found.asked = failure.error == -ENOENT;
    return found;
  }
  inet_diag_msg answer;
  if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof(answer)))
    return found;
  std::memcpy(&answer, buffer + NLMSG_HDRLEN, sizeof(answer));
  found.asked = true;
  if (IsHeldConnection(answer, request)) found.uid = answer.idiag_uid;
  return found;
}

}  // namespace offline_state
#endif
