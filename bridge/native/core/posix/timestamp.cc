#include "core/timestamp.h"

#include <time.h>

namespace offline_state {
namespace {

// Linux: the monotonic clock stops while the machine sleeps, the boot-time clock does not. macOS has no boot-time
// clock; its monotonic clock does not stop.
#ifdef CLOCK_BOOTTIME
constexpr clockid_t kSteady = CLOCK_BOOTTIME;
#else
constexpr clockid_t kSteady = CLOCK_MONOTONIC;
#endif

timespec Read(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);  // cannot fail for a clock that exists
  return now;
}

}  // namespace

Timestamp Now() noexcept {
  const timespec wall = Read(CLOCK_REALTIME);
  const timespec steady = Read(kSteady);
  Timestamp moment;
  moment.unix_ms = static_cast<std::int64_t>(wall.tv_sec) * 1000 + wall.tv_nsec / 1'000'000;
  moment.steady_us = static_cast<std::int64_t>(steady.tv_sec) * 1'000'000 + steady.tv_nsec / 1000;
  return moment;
}

}  // namespace offline_state
