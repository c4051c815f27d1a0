#include "channel/outbox.h"

namespace offline_state {

bool Outbox::Append(const std::vector<std::uint8_t>& bytes) {
  if (size() + bytes.size() > limit_) return false;
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(sent_));
  sent_ = 0;
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return true;
}

void Outbox::Sent(std::size_t count) noexcept {
  sent_ += count;
  if (empty()) {
    bytes_.clear();
    sent_ = 0;
  }
}

}  // namespace offline_state
