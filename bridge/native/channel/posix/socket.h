// Unix sockets by path, whatever the path's length. POSIX only.
#pragma once

#include <string>

#include "core/posix/fd.h"

namespace offline_state {

// A socket's name holds about 100 bytes. A longer path is used through a descriptor of its directory on systems with
// /proc; elsewhere it is refused with a message that names it.

// Listens at `path`, replacing what is there, and returns the listening socket, non-blocking. The file appears only
// when clients can connect. Throws std::runtime_error, which names `path`.
UniqueFd ListenAt(const std::string& path, int backlog);

// The next waiting client, non-blocking; no descriptor, and errno, if there is none or the system has none left.
UniqueFd AcceptFrom(int listener);

// Connects, without waiting. Returns no descriptor, and errno, if nobody listens there.
UniqueFd ConnectTo(const std::string& path);

// Creates the directory `path` and its parents; only this user can access `path` itself (0700). Throws
// std::runtime_error, which names it, if it cannot be created or belongs to another user.
void MakePrivateDirectory(const std::string& path);

// "<what> <path>: <message of errno>"
std::string SystemFailure(const char* what, const std::string& path);

}  // namespace offline_state
