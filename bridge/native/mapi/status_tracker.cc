#include "mapi/status_tracker.h"

#include <utility>

namespace offline_state {
namespace {

bool IsSame(const Source& a, const Source& b) noexcept {
  return a.phase == b.phase && a.reason == b.reason && a.code == b.code && a.notifies_online == b.notifies_online &&
         a.notifies_offline == b.notifies_offline;
}

void Begin(Status& status, State state, const Timestamp& since, bool since_known) noexcept {
  status.state = state;
  status.since = since;
  status.since_known = since_known;
  status.confirmed = since;
}

}  // namespace

template <class Change>
void StatusTracker::Update(Change change) noexcept {
  status_->Update([&](Status& status) {
    if (!change(status)) return false;
    published_confirmed_us_ = status.confirmed.steady_us;
    return true;
  });
}

StatusTracker::StatusTracker(std::shared_ptr<LatestValue<Status>> status) : status_(std::move(status)) {
  status_->Update([](Status& initial) {
    initial.since = Now();
    return false;
  });
}

void StatusTracker::OnNotification(State state, Step step) noexcept {
  Update([&](Status& status) {
    const Timestamp now = Now();
    ++notifications_;
    unsettled_us_ = step == Step::kChanging ? now.steady_us : 0;
    return Apply(status, state, now, /*is_notification=*/true);
  });
}

void StatusTracker::OnChangeAnnounced() noexcept {
  Update([this](Status&) {
    unsettled_us_ = Now().steady_us;
    return false;
  });
}

bool StatusTracker::OnReading(const std::optional<StateReading>& state, const Reading& reading) noexcept {
  bool counts = false;
  Update([&](Status& status) {
    bool publish = false;
    if (status.source.phase == Phase::kListening) {
      publish = !(status.reading.empty() && reading.empty());
      status.reading = reading;
    }
    counts = state && state->notifications == notifications_;
    if (counts && Apply(status, state->state, state->at, /*is_notification=*/false)) publish = true;
    return publish;
  });
  return counts;
}

void StatusTracker::SetSource(const Source& source) noexcept {
  Update([&](Status& status) {
    if (IsSame(status.source, source)) return false;
    if (source.phase == Phase::kListening) {
      if (early_.state != State::kUnknown) {
        Begin(status, early_.state, early_.since, early_.since_known);
        status.confirmed = early_.confirmed;
      }
    } else {
      if (status.state != State::kUnknown) Begin(status, State::kUnknown, Now(), /*since_known=*/true);
      status.reading = Reading{};
    }
    early_ = EarlyState{};
    status.source = source;
    ++status.number;
    return true;
  });
}

std::uint64_t StatusTracker::notifications() const noexcept {
  return status_->Peek([this](const Status&) { return notifications_; });
}

std::int64_t StatusTracker::unsettled_until_us() const noexcept {
  return status_->Peek([this](const Status&) { return unsettled_us_ == 0 ? 0 : unsettled_us_ + kSettleUs; });
}

Status StatusTracker::status() const noexcept { return status_->Get(); }

bool StatusTracker::Apply(Status& status, State state, const Timestamp& at, bool is_notification) noexcept {
  switch (status.source.phase) {
    case Phase::kListening:
      if (state == status.state) {
        status.confirmed = at;
        if (state == State::kUnknown) return false;
        // A reading was requested, so its result is published at once.
        return !is_notification || at.steady_us - published_confirmed_us_ >= kConfirmUs;
      }
      Begin(status, state, at, /*since_known=*/is_notification);
      ++status.number;
      return true;
    case Phase::kStarting:
      if (state != early_.state) early_ = EarlyState{state, at, is_notification, at};
      early_.confirmed = at;
      return false;
    case Phase::kUnavailable:
      return false;
  }
  return false;
}

}  // namespace offline_state
