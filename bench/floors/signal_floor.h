// The floor of Notify: a value is stored and whoever waits for it is signalled, and nothing else.
// signal_floor_posix.cc, signal_floor_windows.cc.
#pragma once

#include <memory>

namespace offline_state::bench {

class SignalFloor {
 public:
  SignalFloor();  // a thread waits from now on
  ~SignalFloor();
  SignalFloor(const SignalFloor&) = delete;
  SignalFloor& operator=(const SignalFloor&) = delete;

  void Signal(int value) noexcept;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// The same to a thread that can do I/O besides: it waits for several things at once (an eventfd among what is polled;
// an event among those of WaitForMultipleObjects). What a signal costs then is the system's.
class PolledFloor {
 public:
  PolledFloor();
  ~PolledFloor();
  PolledFloor(const PolledFloor&) = delete;
  PolledFloor& operator=(const PolledFloor&) = delete;

  void Signal(int value) noexcept;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace offline_state::bench
