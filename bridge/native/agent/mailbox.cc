#include "agent/mailbox.h"

#include <utility>

namespace offline_state {
namespace {

bool Same(const Source& a, const Source& b) noexcept {
  return a.phase == b.phase && a.reason == b.reason && a.code == b.code && a.notifies_online == b.notifies_online &&
         a.notifies_offline == b.notifies_offline;
}

}  // namespace

Mailbox::Mailbox(std::shared_ptr<Waker> waker) noexcept : waker_(std::move(waker)) { present_.since = Now(); }

void Mailbox::Post(State state, Step step) noexcept {
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    const Moment now = Now();
    ++posts_;
    unsettled_us_ = step == Step::kChanging ? now.steady_us : 0;
    wake = Accept(state, now, /*seen_to_begin=*/true);
  }
  if (wake) waker_->Wake();
}

void Mailbox::PostStart() noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  unsettled_us_ = Now().steady_us;
}

std::int64_t Mailbox::unsettled_until_us() const noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  return unsettled_us_ == 0 ? 0 : unsettled_us_ + kSettleUs;
}

std::uint64_t Mailbox::posts() const noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  return posts_;
}

bool Mailbox::PostReading(const std::optional<StateReading>& state, const Reading& reading) noexcept {
  bool counts = false;
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    counts = state && posts_ == state->seen;
    const bool listens = present_.source.phase == Phase::kListening;
    const bool has_reading = listens && !(present_.reading.empty() && reading.empty());
    if (listens) present_.reading = reading;
    const std::uint64_t before = present_.version;
    if (counts) wake = Accept(state->state, state->at, /*seen_to_begin=*/false);
    if (has_reading && present_.version == before) wake = Push();
  }
  if (wake) waker_->Wake();
  return counts;
}

void Mailbox::SetSource(const Source& source) noexcept {
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    if (Same(present_.source, source)) return;
    if (source.phase == Phase::kListening) {
      if (early_.state != State::kUnknown) {
        Begin(early_.state, early_.since, early_.since_known);
        present_.confirmed = early_.confirmed;
      }
    } else {
      if (present_.state != State::kUnknown) Begin(State::kUnknown, Now(), /*seen_to_begin=*/true);
      present_.reading = Reading{};
    }
    early_ = Early{};
    present_.source = source;
    ++present_.number;
    wake = Push();
  }
  if (wake) waker_->Wake();
}

Present Mailbox::present() const noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  return present_;
}

std::size_t Mailbox::Take(std::array<Present, kRing>& out) noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  const std::size_t taken = count_;
  for (std::size_t i = 0; i < taken; ++i) out[i] = ring_[(first_ + i) % kRing];
  first_ = (first_ + taken) % kRing;
  count_ = 0;
  return taken;
}

bool Mailbox::Accept(State state, const Moment& now, bool seen_to_begin) noexcept {
  switch (present_.source.phase) {
    case Phase::kListening:
      if (state == present_.state) {
        present_.confirmed = now;
        if (state == State::kUnknown) return false;
        // Who asks for a reading wants the answer, however soon it comes.
        return (!seen_to_begin || now.steady_us - told_confirmed_us_ >= kConfirmUs) && Push();
      }
      Begin(state, now, seen_to_begin);
      ++present_.number;
      return Push();
    case Phase::kStarting:
      if (state != early_.state) early_ = Early{state, now, seen_to_begin, now};
      early_.confirmed = now;
      return false;
    case Phase::kUnavailable:
      return false;
  }
  return false;
}

void Mailbox::Begin(State state, const Moment& since, bool since_known) noexcept {
  present_.state = state;
  present_.since = since;
  present_.since_known = since_known;
  present_.confirmed = since;
}

bool Mailbox::Push() noexcept {
  ++present_.version;
  told_confirmed_us_ = present_.confirmed.steady_us;
  // A full ring loses its oldest picture: the newest is the truth.
  if (count_ == kRing) {
    first_ = (first_ + 1) % kRing;
    --count_;
  }
  ring_[(first_ + count_) % kRing] = present_;
  return ++count_ == 1;
}

}  // namespace offline_state
