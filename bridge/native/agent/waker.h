// Wakes the one thread of the agent that does I/O. Platform code: waker_posix.cc, waker_windows.cc.
#pragma once

#include <cstdint>
#include <memory>

namespace offline_state {

class Waker {
 public:
  // Throws std::system_error when the operating system gives no handle.
  static std::shared_ptr<Waker> Create();
  virtual ~Waker() = default;

  // Any thread. Never blocks, never allocates, never fails visibly.
  virtual void Wake() noexcept = 0;

  // The I/O thread: forgets the wake-ups so far. Before it looks at what there is to do, so that none is lost.
  virtual void Clear() noexcept = 0;

  // What the I/O thread waits on: a file descriptor (POSIX, readable when woken) or an event HANDLE (Windows).
  virtual std::intptr_t handle() const noexcept = 0;
};

}  // namespace offline_state
