// The hand-over between Outlook's threads, on which MAPI notifies, and the agent's own thread, which does the I/O.
//
// A fixed ring: nothing is allocated after construction, and a burst longer than the ring keeps the newest state
// (the numbers show the gap). The mailbox outlives both sides: MAPI may hold the sink after the agent has gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "agent/mutex.h"
#include "agent/present.h"
#include "agent/waker.h"

namespace offline_state {

class Mailbox {
 public:
  static constexpr std::size_t kRing = 256;

  // `waker` is woken when something can be taken; the I/O thread clears it and then takes, in that order.
  explicit Mailbox(std::shared_ptr<Waker> waker) noexcept;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // A notification said `state`. Any thread, also re-entrantly from within Advise. One change is told once: a state
  // equal to the present one is dropped. Never waits but for the few instructions of another Post.
  // Before the source listens the state is only remembered, and told together with the source that does; once the
  // source has become unavailable it is dropped, however late a thread of Outlook's comes.
  void Post(State state) noexcept;

  // Counts every Post, dropped or not: lets a reader of GetCurrentState notice that a notification overtook it.
  std::uint64_t posts() const noexcept;

  // `state` was read by GetCurrentState after posts() gave `seen`. Dropped (false) if a notification has come since,
  // because that is newer. A reading leaves `since_known` false: it finds a state and does not see it begin.
  // Before the source listens, and after, it is treated as Post treats a notification.
  bool PostReading(State state, std::uint64_t seen) noexcept;

  // The source changed; the same source again is no change. Whenever it is not listening the state is unknown, in the
  // same picture.
  void SetSource(const Source& source) noexcept;

  // The newest picture. Any thread.
  Present present() const noexcept;

  // The I/O thread: moves the pictures since the last Take into `out`, oldest first; returns how many.
  std::size_t Take(std::array<Present, kRing>& out) noexcept;

 private:
  // What was posted before the source listened.
  struct Early {
    State state = State::kUnknown;
    Moment since;
    bool since_known = false;
  };

  // With mutex_ held. Accept and Push return whether the I/O thread must be woken: it has been already, and has not yet
  // taken, when the ring was not empty. Waking costs a system call, so it is done once, and without the mutex.
  bool Accept(State state, bool seen_to_begin) noexcept;
  void Begin(State state, const Moment& since, bool since_known) noexcept;
  bool Push() noexcept;

  const std::shared_ptr<Waker> waker_;
  mutable Mutex mutex_;
  std::uint64_t posts_ = 0;
  Early early_;
  Present present_;
  std::array<Present, kRing> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace offline_state
