// Whether Outlook runs, with the agent in it or without. Platform code: outlook_runs_posix.cc, outlook_runs_windows.cc.
#pragma once

#include <string>

namespace offline_state {

// POSIX: whether the simulated Outlook of this home holds the lock on <home>/run/outlook.lock. Asked when somebody
// wants to know, never on a timer. Never waits, never throws; what cannot be found out counts as not running.
bool OutlookRuns(const std::string& home) noexcept;

}  // namespace offline_state
