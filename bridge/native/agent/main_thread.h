// Hands calls over to Outlook's main thread, through its message queue: Outlook's objects may be called on no other.
// Windows: agent/com/message_window_windows.h. Elsewhere the simulated Outlook has a loop of its own.
#pragma once

#include <cstdint>
#include <functional>

namespace offline_state {

class MainThread {
 public:
  // Must not throw. It may run after the one who posted it has gone: hold that weakly.
  using Call = std::function<void()>;

  virtual ~MainThread() = default;

  // Any thread; returns at once. `call` runs on the main thread when that next looks for messages, after those posted
  // before it. False, and it will never run: there is no memory, or the queue is full.
  virtual bool Post(Call call) noexcept = 0;

  // Main thread only. `call` runs once, about `delay_ms` from now, by a timer that exists until then. False: as Post.
  virtual bool PostLater(std::uint32_t delay_ms, Call call) noexcept = 0;
};

}  // namespace offline_state
