// Baselines of Notify(): store a value and wake the thread that waits for it. Implemented in signal_baseline_posix.cc
// and signal_baseline_windows.cc.
#pragma once

#include <memory>

namespace offline_state::bench {

class SignalBaseline {
 public:
  SignalBaseline();  // starts the waiting thread
  ~SignalBaseline();
  SignalBaseline(const SignalBaseline&) = delete;
  SignalBaseline& operator=(const SignalBaseline&) = delete;

  void Signal(int value) noexcept;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

// Wakes a thread that waits for several handles at once, as a thread with I/O does: by an eventfd in poll(), or an
// event in WaitForMultipleObjects().
class PollBaseline {
 public:
  PollBaseline();
  ~PollBaseline();
  PollBaseline(const PollBaseline&) = delete;
  PollBaseline& operator=(const PollBaseline&) = delete;

  void Signal(int value) noexcept;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace offline_state::bench
