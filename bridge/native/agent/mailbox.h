// The hand-over between Outlook's threads, on which MAPI notifies, and the agent's own thread, which does the I/O.
//
// A fixed ring: nothing is allocated after construction, and a burst longer than the ring keeps the newest state
// (the numbers show the gap). The mailbox outlives both sides: MAPI may hold the sink after the agent has gone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "agent/mutex.h"
#include "agent/present.h"
#include "agent/waker.h"

namespace offline_state {

// What GetCurrentState said.
struct StateReading {
  State state = State::kUnknown;
  std::uint64_t seen = 0;  // Mailbox::posts() before the call
  Moment at;               // when it returned
};

class Mailbox {
 public:
  static constexpr std::size_t kRing = 256;

  // A state that is notified again is told again as a confirmation, unless it was confirmed this short a time ago: a
  // DONE after its STATECHANGE is no news.
  static constexpr std::int64_t kConfirmUs = 1'000'000;

  // For how long a change that has begun is taken to be under way when its DONE does not come.
  static constexpr std::int64_t kSettleUs = 1'000'000;

  // What a notification is about: the change happens (STATECHANGE), or is complete (DONE).
  enum class Step : std::uint8_t { kChanging, kDone };

  // `waker` is woken when something can be taken; the I/O thread clears it and then takes, in that order.
  explicit Mailbox(std::shared_ptr<Waker> waker) noexcept;
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // A notification said `state`. Any thread, also re-entrantly from within Advise. One change is told once: a state
  // equal to the present one only confirms that. Never waits but for the few instructions of another Post.
  // Before the source listens the state is only remembered, and told together with the source that does; once the
  // source has become unavailable it is dropped, however late a thread of Outlook's comes.
  void Post(State state, Step step = Step::kDone) noexcept;

  // A notification said that a change is about to happen (START). Changes nothing, and wakes nobody.
  void PostStart() noexcept;

  // Counts every Post, dropped or not: lets a reader of GetCurrentState notice that a notification overtook it.
  std::uint64_t posts() const noexcept;

  // While a change is under way GetCurrentState may still say the old state: it should not be asked before this moment
  // (steady_us). 0: no change is under way.
  std::int64_t unsettled_until_us() const noexcept;

  // What was read in Outlook, at one time. The state is dropped (false) if a notification has come since `seen`,
  // because that is newer; one that is the present state confirms it. A reading leaves `since_known` false: it finds a
  // state and does not see it begin. `reading` replaces the last one, also when it is empty. Before the source listens,
  // and after, the state is treated as Post treats a notification, and `reading` is dropped.
  bool PostReading(const std::optional<StateReading>& state, const Reading& reading) noexcept;
  bool PostReading(State state, std::uint64_t seen) noexcept { return PostReading({{state, seen, Now()}}, {}); }

  // The source changed; the same source again is no change. Whenever it is not listening the state is unknown and no
  // reading is known, in the same picture.
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
    Moment confirmed;
  };

  // With mutex_ held. Accept and Push return whether the I/O thread must be woken: it has been already, and has not yet
  // taken, when the ring was not empty. Waking costs a system call, so it is done once, and without the mutex.
  bool Accept(State state, const Moment& now, bool seen_to_begin) noexcept;
  void Begin(State state, const Moment& since, bool since_known) noexcept;
  bool Push() noexcept;

  const std::shared_ptr<Waker> waker_;
  mutable Mutex mutex_;
  std::uint64_t posts_ = 0;
  std::int64_t unsettled_us_ = 0;       // when START or STATECHANGE came whose DONE has not; 0: none
  std::int64_t told_confirmed_us_ = 0;  // the confirmation that was pushed last
  Early early_;
  Present present_;
  std::array<Present, kRing> ring_;
  std::size_t first_ = 0;
  std::size_t count_ = 0;
};

}  // namespace offline_state
