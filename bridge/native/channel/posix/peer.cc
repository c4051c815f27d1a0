#include "channel/posix/peer.h"

#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>

namespace offline_state {
namespace {

std::optional<uid_t> PeerUser(int socket) noexcept {
#ifdef SO_PEERCRED
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || size != sizeof peer) return std::nullopt;
  return peer.uid;
#else
  uid_t user = 0;
  gid_t group = 0;
  if (getpeereid(socket, &user, &group) != 0) return std::nullopt;
  return user;
#endif
}

}  // namespace

std::string RejectionReason(int socket) {
  const std::optional<uid_t> peer = PeerUser(socket);
  if (!peer) return "The system does not report whose process is at the other end.";
  if (*peer == geteuid()) return {};
  return "The other end is a process of user " + std::to_string(*peer) + ", not of user " + std::to_string(geteuid()) +
         ".";
}

}  // namespace offline_state
