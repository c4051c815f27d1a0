#include "core/timestamp.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

namespace offline_state {
namespace {

TEST_CASE("Now: returns the wall clock and a clock that never goes back") {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  const Timestamp first = Now();
  const auto wall = duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(first.unix_ms <= wall + 20);
  CHECK(first.unix_ms >= wall - 60'000);
  std::this_thread::sleep_for(milliseconds(20));
  const Timestamp second = Now();
  CHECK(second.steady_us - first.steady_us >= 19'000);
}

}  // namespace
}  // namespace offline_state
