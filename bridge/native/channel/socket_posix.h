// Unix sockets by path, whatever the path's length. POSIX only.
#pragma once

#include <string>

#include "channel/fd_posix.h"

namespace offline_state {

// A socket's name holds about 100 bytes. A longer path is reached through its folder's descriptor where the system has
// /proc; elsewhere it is refused by name.

// Listens at `path` (replacing what is there) and returns the listening socket, non-blocking. The name appears only
// when a client can connect. Throws std::runtime_error naming `path`.
UniqueFd ListenAt(const std::string& path, int backlog);

// The next waiting client, non-blocking; no descriptor, and errno, when there is none or the system gives none.
UniqueFd AcceptFrom(int listener);

// Connects, without waiting. Returns no descriptor, and errno, when nobody listens there.
UniqueFd ConnectTo(const std::string& path);

// Makes `path` and what is above it; `path` itself is this user's alone (0700). Throws std::runtime_error naming it
// when it cannot be made or is another user's.
void MakePrivateFolder(const std::string& path);

// "<what> <path>: <the system's words for errno>"
std::string SystemFailure(const char* what, const std::string& path);

}  // namespace offline_state
