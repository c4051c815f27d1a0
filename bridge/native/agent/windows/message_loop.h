// Calls on Outlook's main thread, made from its message loop: posted calls and timers, one deferred call, and a
// notification when the user activates a window of Outlook. Windows only.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "agent/main_thread.h"
#include "agent/windows/com_object.h"
#include "core/mutex.h"
#include "core/windows/handle.h"

namespace offline_state {

// Runs calls on the thread that created it. Uses a hidden window, because window messages are also dispatched by nested
// message loops, such as that of a modal dialog.
class MessageWindow final : public MainThread, public std::enable_shared_from_this<MessageWindow> {
 public:
  // To be created and destroyed on the thread that is to run the calls. Null if the window cannot be created. Throws
  // std::bad_alloc.
  static std::shared_ptr<MessageWindow> Create();

  MessageWindow() noexcept;  // for Create
  // Discards pending calls.
  ~MessageWindow() override;
  MessageWindow(const MessageWindow&) = delete;
  MessageWindow& operator=(const MessageWindow&) = delete;

  bool Post(Call call) noexcept override;
  bool PostLater(std::uint32_t delay_ms, Call call) noexcept override;

 private:
  static LRESULT CALLBACK OnMessage(HWND window, UINT message, WPARAM wparam, LPARAM lparam) noexcept;
  void RunPosted();
  void RunTimer(UINT_PTR timer);

  const ModuleReference module_reference_;
  HWND window_ = nullptr;
  Mutex mutex_;
  std::vector<Call> posted_;
  std::vector<std::pair<UINT_PTR, Call>> timers_;  // used by the window's thread only
  UINT_PTR last_timer_ = 0;
};

// One call that runs as soon as the message loop has no other messages. Main thread only.
//
// A thread timer, because it needs no window and so costs the least while Outlook starts.
class DeferredCall {
 public:
  DeferredCall() noexcept = default;
  ~DeferredCall() { Cancel(); }
  DeferredCall(const DeferredCall&) = delete;
  DeferredCall& operator=(const DeferredCall&) = delete;

  // `call` must not throw. It runs once, unless it is cancelled or this object is destroyed first. False: no timer is
  // available, and the call will not run.
  bool Schedule(std::function<void()> call);
  void Cancel() noexcept;

 private:
  static void CALLBACK OnTimer(HWND, UINT, UINT_PTR timer, DWORD) noexcept;

  static DeferredCall* first_;  // all that are scheduled: the callback receives only the timer
  DeferredCall* next_ = nullptr;
  UINT_PTR timer_ = 0;
  std::function<void()> call_;
};

// Reports that a window of this process became the foreground window, without using Outlook's object model. Main thread
// only.
//
// An out-of-context WinEvent hook: Windows posts the event to this thread's queue, no code is injected into other
// processes, and nothing runs between events.
class ActivationHook {
 public:
  ActivationHook() noexcept = default;
  ~ActivationHook() { End(); }
  ActivationHook(const ActivationHook&) = delete;
  ActivationHook& operator=(const ActivationHook&) = delete;

  // `on_activated` must not throw; it runs from the message loop, and never after End. False: no hook is available, and
  // nothing will be reported.
  bool Begin(std::function<void()> on_activated);

  // Idempotent; may be called from within `on_activated`.
  void End() noexcept;

 private:
  static void CALLBACK OnEvent(HWINEVENTHOOK hook, DWORD event, HWND window, LONG object, LONG child, DWORD thread,
                               DWORD time) noexcept;

  static ActivationHook* first_;  // all that are active: the callback receives only the hook
  ActivationHook* next_ = nullptr;
  HWINEVENTHOOK hook_ = nullptr;
  std::function<void()> on_activated_;
};

}  // namespace offline_state
