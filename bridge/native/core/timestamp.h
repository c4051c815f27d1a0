// A point in time on both clocks of this machine.
#pragma once

#include <cstdint>

namespace offline_state {

struct Timestamp {
  std::int64_t unix_ms = 0;    // wall clock, milliseconds since 1970-01-01 UTC; may jump when the clock is set
  std::int64_t steady_us = 0;  // monotonic clock, microseconds from an arbitrary start; counts while the machine sleeps
};

// Never fails. Implemented in posix/timestamp.cc and windows/timestamp.cc.
Timestamp Now() noexcept;

}  // namespace offline_state
