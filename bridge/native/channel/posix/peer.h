// Checks which user is at the other end of a Unix socket, by asking the operating system and never the peer. POSIX
// only.
#pragma once

#include <string>

namespace offline_state {

// Empty if it is a process of this user; otherwise why it is not accepted, in English, for a help desk. Fails closed:
// if the user cannot be determined, it is not accepted.
std::string RejectionReason(int socket);

}  // namespace offline_state
