// The monotonic clock that all processes of a benchmark share; process.hrtime in Node.js reads the same one.
#pragma once

#include <chrono>
#include <cstdint>

namespace offline_state::bench {

using Clock = std::chrono::steady_clock;

inline std::int64_t NanosecondsOf(Clock::time_point time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

inline std::int64_t NowNs() noexcept { return NanosecondsOf(Clock::now()); }

}  // namespace offline_state::bench
