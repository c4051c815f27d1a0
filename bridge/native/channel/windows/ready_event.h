// A named auto-reset event by which bridges wait for the agent without polling. Windows only.
//
// The agent sets it once it listens; a bridge waits for it while there is no pipe. Auto-reset wakes only one waiter, so
// each bridge that has connected sets it again for the next. The last one leaves it set, which costs one attempt to
// connect later.
#pragma once

#include <string>

#include "core/windows/handle.h"

namespace offline_state {

// "Local\outlook-offline-state.<user SID><suffix of the data directory>". Throws as ChannelAddress does.
std::string ReadyEventName(const std::string& data_directory);

// Creates or opens the event. Throws std::system_error if Windows refuses, for example because another user has an
// object of that name.
UniqueHandle OpenReadyEvent(const std::string& data_directory);

}  // namespace offline_state
