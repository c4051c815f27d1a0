// The rule that MAPI holds to: the offline object is for code inside the Outlook process.
// Platform code: outlook_process_posix.cc, outlook_process_windows.cc.
#pragma once

namespace offline_state {

// Whether this process is Outlook, by the name of its executable: OUTLOOK.EXE on Windows, elsewhere that of the
// simulated Outlook, `simulated-outlook`.
bool IsOutlookProcess() noexcept;

}  // namespace offline_state
