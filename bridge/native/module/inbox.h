// Reports on their way from the channel's thread to JavaScript's. Bounded: a thread that is busy misses the oldest
// changes, never the newest.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>

#include "channel/client.h"

namespace offline_state {

class Inbox {
 public:
  static constexpr std::size_t kLimit = 256;

  // The channel's thread. The oldest report goes when there are kLimit already; the numbers show the gap.
  void Put(const Report& report);

  // JavaScript's thread: the oldest report, if there is one.
  std::optional<Report> Take();

 private:
  std::mutex mutex_;
  std::deque<Report> reports_;
};

}  // namespace offline_state
