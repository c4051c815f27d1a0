// Notices that a window of this process, which is Outlook, becomes the one that the user works in. Nothing of Outlook's
// object model is asked or held for it. Outlook's main thread only. Windows only.
//
// A WinEvent hook out of context: Windows posts the event to this thread's queue, no code of ours runs in another
// process, and nothing happens between two events.
#pragma once

#include <functional>

#include "channel/handle_windows.h"

namespace offline_state {

class ActivationHook {
 public:
  ActivationHook() noexcept = default;
  ~ActivationHook() { End(); }
  ActivationHook(const ActivationHook&) = delete;
  ActivationHook& operator=(const ActivationHook&) = delete;

  // `on_activated` must not throw; it runs from the message loop, and never after End. False when Windows gives no
  // hook: then nothing is noticed.
  bool Begin(std::function<void()> on_activated);

  // Idempotent; also from within `on_activated`.
  void End() noexcept;

 private:
  static void CALLBACK OnEvent(HWINEVENTHOOK hook, DWORD event, HWND window, LONG object, LONG child, DWORD thread,
                               DWORD time) noexcept;

  static ActivationHook* first_;  // those that are hooked: Windows gives the callback no more than the hook
  ActivationHook* next_ = nullptr;
  HWINEVENTHOOK hook_ = nullptr;
  std::function<void()> on_activated_;
};

}  // namespace offline_state
