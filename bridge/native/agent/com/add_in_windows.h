// The COM add-in that Outlook creates: turns Outlook's callbacks into one begin and one end. Windows only.
//
// Everything here runs on Outlook's main thread and returns at once. The callbacks answer S_OK whatever happens:
// Outlook unticks an add-in that fails, and what has failed is told on the channel.
#pragma once

#include <functional>

#include "agent/com/add_in_abi_windows.h"
#include "channel/frames.h"

namespace offline_state {

// What the add-in drives: the agent, or a fake in a test. Both may throw.
struct AddInActions {
  // Outlook's session may be asked for. When Outlook starts: from its message loop, after OnStartupComplete.
  std::function<void(IDispatch* application)> begin;
  std::function<void(Goodbye why)> end;  // once after each begin, at the first sign of the end
  std::function<void()> item_sent;       // between the two: an item is about to be sent
};

// With one reference, which is the caller's. Throws std::bad_alloc.
IDTExtensibility2* NewAddIn(AddInActions actions);

}  // namespace offline_state
