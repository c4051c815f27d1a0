// Checks which user owns the other end of a loopback connection, by asking the operating system and never the peer.
// Platform code: posix/socket_owner_linux.cc, posix/socket_owner_macos.cc, windows/socket_owner.cc.
#pragma once

#include <string>

#include "peer/endpoint.h"

namespace offline_state {

struct PeerVerdict {
  bool same_user = false;
  // False: the system does not list the connection, or does not list it yet; asking again a little later may succeed.
  // A verdict about a process that was found is final.
  bool found = true;
  std::string reason;  // why the peer is not accepted, in English, for the log; empty if same_user
};

// Whether the process at the remote end of `connection` runs as this process's user. Fails closed: if the owner cannot
// be determined, the peer is not the same user. Only established connections count, because the system forgets the
// owner of a connection that its process has closed.
//
// Makes one attempt and blocks for microseconds on Linux and for less than a millisecond on Windows. A connection can
// be missed because connection tables are not read atomically, so the caller retries. Any thread.
PeerVerdict CheckPeer(const TcpConnection& connection);

}  // namespace offline_state
