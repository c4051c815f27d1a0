// Who is at the other end of a Unix socket. Asked of the operating system, never of the peer. POSIX only.
#pragma once

#include <string>

namespace offline_state {

// Empty: a process of this user. Else what is wrong, English, for a help desk. What cannot be found out is not
// believed.
std::string DistrustOf(int socket);

}  // namespace offline_state
