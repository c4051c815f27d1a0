// One clock for every process of a measurement: monotonic, and the one that Node's process.hrtime reads.
#pragma once

#include <chrono>
#include <cstdint>

namespace offline_state::bench {

using Clock = std::chrono::steady_clock;

inline std::int64_t NanosecondsOf(Clock::time_point moment) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(moment.time_since_epoch()).count();
}

inline std::int64_t NowNs() noexcept { return NanosecondsOf(Clock::now()); }

}  // namespace offline_state::bench
