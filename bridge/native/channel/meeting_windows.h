// How agent and bridges find each other without polling: one named auto-reset event. Windows only.
//
// The agent sets it once it listens; a bridge waits for it while there is no pipe. Auto-reset wakes one waiter alone,
// so a bridge that has connected sets it again for the next; the last of them leaves it set, which costs one look at a
// later time.
#pragma once

#include <string>

#include "channel/handle_windows.h"

namespace offline_state {

// "Local\outlook-offline-state.<user SID><suffix of the home>". Throws as ChannelAddress does.
std::string MeetingName(const std::string& home);

// Creates or opens the event. Throws std::system_error when Windows refuses (another user's object of that name, say).
UniqueHandle OpenMeeting(const std::string& home);

}  // namespace offline_state
