// Wakes the I/O thread of a channel server or client. Platform code: posix/wake_event.cc, windows/wake_event.cc.
#pragma once

#include <cstdint>
#include <memory>

namespace offline_state {

class WakeEvent {
 public:
  // Throws std::system_error if the operating system has no handle left.
  static std::shared_ptr<WakeEvent> Create();
  virtual ~WakeEvent() = default;

  // Any thread. Never blocks or allocates; leaves errno unchanged.
  virtual void Wake() noexcept = 0;

  // The I/O thread: clears the event. It must do so before it looks for work, so that no wake-up is lost.
  virtual void Clear() noexcept = 0;

  // To wait for: a file descriptor that becomes readable (POSIX) or an event HANDLE (Windows).
  virtual std::intptr_t handle() const noexcept = 0;
};

}  // namespace offline_state
