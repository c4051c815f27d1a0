#if defined(__linux__)
#include "peer/owner_linux_posix.h"

#include <unistd.h>

#include "peer/owner.h"

namespace offline_state {

PeerVerdict OwnerOfPeer(const Connection& connection) {
  // 1. Ask for the one socket.
  Found found = OwnerBySockDiag(connection);
  // 2. Where that is closed: look through the tables. They are not read in one piece, so that a line may be missed.
  for (int attempt = 0; !found.asked && attempt < 2; ++attempt) {
    const Found listed = OwnerByProc(connection);
    found.uid = listed.uid;
    if (listed.uid) break;
  }
  // 3. The user must be ours; no answer is a no.
  if (!found.uid) return {false, "no process was found at the other end of the connection"};
  if (*found.uid == geteuid()) return {true, {}};
  return {false, "the other end of the connection belongs to user " + std::to_string(*found.uid)};
}

}  // namespace offline_state
#endif
