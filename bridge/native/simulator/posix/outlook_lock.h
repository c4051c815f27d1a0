// The lock that shows that a simulated Outlook is running with a data directory. POSIX only.
#pragma once

#include <string>

#include "core/posix/fd.h"

namespace offline_state {

// Locks the file outlook.lock beside the agent's socket and writes this process's id into it. The system releases the
// lock when the process ends. Throws std::runtime_error if another simulated Outlook holds the lock.
UniqueFd LockOutlook(const std::string& data_directory);

}  // namespace offline_state
