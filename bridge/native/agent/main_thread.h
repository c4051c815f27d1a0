// Runs calls on Outlook's main thread, through its message queue: Outlook's objects may be used on no other thread.
// Windows: agent/windows/message_loop.h. Elsewhere the simulator has its own loop.
#pragma once

#include <cstdint>
#include <functional>

namespace offline_state {

class MainThread {
 public:
  // Must not throw. It may run after its poster has been destroyed, so it must hold that weakly.
  using Call = std::function<void()>;

  virtual ~MainThread() = default;

  // Any thread; returns at once. `call` runs when the main thread next handles messages, after those posted before it.
  // False: there is no memory, or the queue is full, and it will never run.
  virtual bool Post(Call call) noexcept = 0;

  // Main thread only. `call` runs once, about `delay_ms` from now. False: as Post.
  virtual bool PostLater(std::uint32_t delay_ms, Call call) noexcept = 0;
};

}  // namespace offline_state
