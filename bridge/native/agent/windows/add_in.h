// The COM add-in that Outlook creates: turns Outlook's callbacks and application events into one begin and one end.
// Windows only.
//
// Everything here runs on Outlook's main thread and returns at once. The callbacks always return S_OK, because Outlook
// unloads an add-in that fails; errors are reported on the channel instead.
#pragma once

#include <functional>

#include "agent/windows/add_in_abi.h"
#include "channel/frame.h"

namespace offline_state {

// What the add-in controls: the agent, or a fake in a test. The functions may throw.
struct AddInActions {
  // Outlook's session is available now. At Outlook's start this runs from the message loop, after OnStartupComplete.
  std::function<void(IDispatch* application)> begin;
  std::function<void(ShutdownReason why)> end;  // once after each begin, at the first sign of shutdown or disconnection
  std::function<void()> item_sent;              // between begin and end: an item is about to be sent
};

// The caller owns the one reference. Throws std::bad_alloc.
IDTExtensibility2* NewAddIn(AddInActions actions);

}  // namespace offline_state
