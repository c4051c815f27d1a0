#include "module/inbox.h"

#include <utility>

namespace offline_state {

void Inbox::Put(const Report& report) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (reports_.size() == kLimit) reports_.pop_front();
  reports_.push_back(report);
}

std::optional<Report> Inbox::Take() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (reports_.empty()) return std::nullopt;
  std::optional<Report> report(std::move(reports_.front()));
  reports_.pop_front();
  return report;
}

}  // namespace offline_state
