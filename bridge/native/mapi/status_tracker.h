// Turns notifications, readings and changes of the source into the newest Status: every rule about what counts as a
// change is here. See docs/state.md.
//
// Outlook's threads call it. It never allocates, and waits only for the few instructions of another call. It may
// outlive the agent, because MAPI may hold the NotifySink, which owns it, for longer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "core/latest_value.h"
#include "core/status.h"

namespace offline_state {

// What GetCurrentState returned.
struct StateReading {
  State state = State::kUnknown;
  std::uint64_t notifications = 0;  // StatusTracker::notifications() before the call
  Timestamp at;                     // when the call returned
};

class StatusTracker {
 public:
  // A state that is notified again is published as a confirmation only if the last published confirmation is older than
  // this: the DONE that follows a STATECHANGE adds nothing.
  static constexpr std::int64_t kConfirmUs = 1'000'000;

  // A change whose DONE does not come counts as complete after this time.
  static constexpr std::int64_t kSettleUs = 1'000'000;

  // What a notification reports: the change is happening (STATECHANGE) or complete (DONE).
  enum class Step : std::uint8_t { kChanging, kDone };

  explicit StatusTracker(std::shared_ptr<LatestValue<Status>> status);
  StatusTracker(const StatusTracker&) = delete;
  StatusTracker& operator=(const StatusTracker&) = delete;

  // A notification reported `state`. Any thread, also from within Advise. A state equal to the current one is not a
  // change but confirms it. Before the source listens, the state is kept and published together with the source once it
  // does; after the source has become unavailable it is ignored, because a thread of Outlook may be late.
  void OnNotification(State state, Step step = Step::kDone) noexcept;

  // A notification announced a change (START), which may not happen: publishes nothing.
  void OnChangeAnnounced() noexcept;

  // One reading of Outlook. `state` is ignored, and the result is false, if a notification came after it was requested,
  // because the notification is newer. A state that is equal to the current one confirms it; for a new one
  // `since_known` is false, because its beginning was not seen. `reading` replaces the last one, even if it is empty.
  // Unless the source listens, `state` is treated like that of a notification and `reading` is ignored.
  bool OnReading(const std::optional<StateReading>& state, const Reading& reading) noexcept;

  // The same source again is no change. When the source stops listening, the state becomes unknown and the reading
  // empty in the same status.
  void SetSource(const Source& source) noexcept;

  // How many notifications of a state have come, ignored ones too: see StateReading.
  std::uint64_t notifications() const noexcept;

  // While a change is under way, GetCurrentState may still return the old state: it should not be called before this
  // time (Timestamp::steady_us). 0: no change is under way.
  std::int64_t unsettled_until_us() const noexcept;

  // The newest status.
  Status status() const noexcept;

 private:
  // A state from before the source listened.
  struct EarlyState {
    State state = State::kUnknown;
    Timestamp since;
    bool since_known = false;
    Timestamp confirmed;
  };

  // `change` returns whether the status must be published, and so does Apply.
  template <class Change>
  void Update(Change change) noexcept;
  bool Apply(Status& status, State state, const Timestamp& at, bool is_notification) noexcept;

  const std::shared_ptr<LatestValue<Status>> status_;
  // Used only within status_->Update and status_->Peek, whose lock guards them.
  std::uint64_t notifications_ = 0;
  std::int64_t unsettled_us_ = 0;            // when the START or STATECHANGE came whose DONE has not come yet; 0: none
  std::int64_t published_confirmed_us_ = 0;  // Status::confirmed as last published
  EarlyState early_;
};

}  // namespace offline_state
