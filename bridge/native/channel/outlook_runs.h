// Whether Outlook runs, with or without the agent. Platform code: posix/outlook_runs.cc, windows/outlook_runs.cc.
#pragma once

#include <string>

namespace offline_state {

// POSIX: whether the simulator of this data directory holds the lock on <data directory>/run/outlook.lock. Never waits;
// false if it cannot be determined.
bool OutlookRuns(const std::string& data_directory) noexcept;

}  // namespace offline_state
