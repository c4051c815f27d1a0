// The hand-over between Outlook's threads, on which MAPI notifies, and the agent's own thread, which does the I/O.
//
// A fixed ring: nothing is allocated after construction, and a burst longer than the ring keeps the newest state
// (the numbers show the gap). The mailbox outlives both sides: MAPI may hold the sink after the agent has gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>

#include "agent/present.h"
#include "agent/waker.h"

namespace offline_state {

class Mailbox {
 public:
  static constexpr std::size_t kRing = 256;

  explicit Mailbox(std::shared_ptr<Waker> waker) noexcept;

  // A notification said `state`. Any thread, also re-entrantly from within Advise. One change is told once: a state
  // equal to the present one is dropped. Never waits but for the few instructions of another Post.
  void Post(State state) noexcept;

  // Counts every Post, dropped or not: lets a reader of GetCurrentState notice that a notification overtook it.
  std::uint64_t posts() const noexcept;

  // `state` was read by GetCurrentState after posts() gave `seen`. Dropped (false) if a notification has come since,
  // because that is newer. The first reading leaves `since_known` false.
  bool PostReading(State state, std::uint64_t seen) noexcept;

  // The source changed. When it is no longer listening the state becomes unknown in the same step.
  void SetSource(const Source& source) noexcept;

  // The newest picture. Any thread.
  Present present() const noexcept;

  // The I/O thread: moves the pictures since the last Take into `out`, oldest first; returns how many.
  std::size_t Take(std::array<Present, kRing>& out) noexcept;

 private:
  void Push() noexcept;  // with mutex_ held

  const std::shared_ptr<Waker> waker_;
  mutable std::mutex mutex_;
  std::uint64_t posts_ = 0;
  Present present_;
  std::array<Present, kRing> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace offline_state
