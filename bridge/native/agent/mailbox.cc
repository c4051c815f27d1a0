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

void Mailbox::Post(State state) noexcept {
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    ++posts_;
    wake = Accept(state, /*seen_to_begin=*/true);
  }
  if (wake) waker_->Wake();
}

std::uint64_t Mailbox::posts() const noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  return posts_;
}

bool Mailbox::PostReading(State state, std::uint64_t seen) noexcept {
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    if (posts_ != seen) return false;
    wake = Accept(state, /*seen_to_begin=*/false);
  }
  if (wake) waker_->Wake();
  return true;
}

void Mailbox::SetSource(const Source& source) noexcept {
  bool wake = false;
  {
    const std::lock_guard<Mutex> lock(mutex_);
    if (Same(present_.source, source)) return;
    if (source.phase == Phase::kListening) {
      if (early_.state != State::kUnknown) Begin(early_.state, early_.since, early_.since_known);
    } else if (present_.state != State::kUnknown) {
      Begin(State::kUnknown, Now(), /*seen_to_begin=*/true);
    }
    early_ = Early{};
    present_.source = source;
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

bool Mailbox::Accept(State state, bool seen_to_begin) noexcept {
  switch (present_.source.phase) {
    case Phase::kListening:
      if (state == present_.state) return false;
      Begin(state, Now(), seen_to_begin);
      return Push();
    case Phase::kStarting:
      if (state != early_.state) early_ = Early{state, Now(), seen_to_begin};
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
}

bool Mailbox::Push() noexcept {
  ++present_.number;
  // A full ring loses its oldest picture: the newest is the truth.
  if (count_ == kRing) {
    first_ = (first_ + 1) % kRing;
    --count_;
  }
  ring_[(first_ + count_) % kRing] = present_;
  return ++count_ == 1;
}

}  // namespace offline_state
