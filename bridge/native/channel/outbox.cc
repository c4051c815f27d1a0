#include "channel/outbox.h"

namespace offline_state {

void Outbox::Append(const std::vector<std::uint8_t>& bytes) {
  is_behind_ = is_behind_ || size() + bytes.size() > limit_;
  if (is_behind_) return;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(sent_));
  sent_ = 0;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
}

void Outbox::CatchUp(const std::vector<std::uint8_t>& newest) {
  is_behind_ = false;
  Append(newest);
}

void Outbox::Sent(std::size_t count) noexcept {
  sent_ += count;
  if (empty()) {
    bytes_.clear();
    sent_ = 0;
  }
}

}  // namespace offline_state
