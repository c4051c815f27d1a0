#if defined(__linux__)
#include "peer/owner_linux_posix.h"

#include <unistd.h>

#include "peer/owner.h"

namespace offline_state {

PeerVerdict OwnerOfPeer(const Connection& connection) {
  // 1. Ask for the one socket.
  Found found = OwnerBySockDiag(connection);
  // 2. Where that is closed: look through the tables.
  if (!found.asked) found = OwnerByProc(connection);
  // 3. The user must be ours; no answer is a no.
  if (!found.uid) return {false, false, "no process was found at the other end of the connection"};
  if (*found.uid == geteuid()) return {true, true, {}};
  return {false, true, "the other end of the connection belongs to user " + std::to_string(*found.uid)};
}

}  // namespace offline_state
#endif
