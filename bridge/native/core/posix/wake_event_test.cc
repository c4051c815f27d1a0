#include "core/wake_event.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <cerrno>
#include <thread>

namespace offline_state {
namespace {

bool IsWoken(const WakeEvent& wake_event, int timeout_ms) {
  pollfd entry{static_cast<int>(wake_event.handle()), POLLIN, 0};
  return poll(&entry, 1, timeout_ms) == 1;
}

TEST_CASE("WakeEvent: stays signalled until it is cleared, however often it was set") {
  const auto wake_event = WakeEvent::Create();
  CHECK_FALSE(IsWoken(*wake_event, 0));
  for (int i = 0; i < 3; ++i) wake_event->Wake();
  CHECK(IsWoken(*wake_event, 0));
  CHECK(IsWoken(*wake_event, 0));
  wake_event->Clear();
  CHECK_FALSE(IsWoken(*wake_event, 0));
  wake_event->Wake();
  CHECK(IsWoken(*wake_event, 0));
}

TEST_CASE("WakeEvent: wakes a waiting thread from another") {
  const auto wake_event = WakeEvent::Create();
  std::thread other([&] { wake_event->Wake(); });
  CHECK(IsWoken(*wake_event, 10'000));
  other.join();
}

TEST_CASE("WakeEvent: never blocks, and leaves errno unchanged") {
  const auto wake_event = WakeEvent::Create();
  errno = ENOENT;
  for (int i = 0; i < 100'000; ++i) wake_event->Wake();
  CHECK(errno == ENOENT);
  wake_event->Clear();
  CHECK_FALSE(IsWoken(*wake_event, 0));
}

}  // namespace
}  // namespace offline_state
