// The agent as the add-in drives it: what Outlook must be asked on its main thread, and the agent itself. Windows only.
#pragma once

#include "agent/com/add_in_windows.h"

namespace offline_state {

AddInActions AgentActions();

}  // namespace offline_state
