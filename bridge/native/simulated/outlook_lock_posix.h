// "Outlook runs", where there is no Outlook: the lock that a simulated Outlook holds while it lives. POSIX only.
#pragma once

#include <string>

#include "channel/fd_posix.h"

namespace offline_state {

// Locks outlook.lock beside the agent's socket of `home` and writes this process's id into it. The lock ends with the
// process, however it ends. Throws std::runtime_error that names the home when another simulated Outlook holds it.
UniqueFd LockOutlook(const std::string& home);

}  // namespace offline_state
