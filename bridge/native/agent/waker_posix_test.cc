#include <doctest/doctest.h>
#include <poll.h>

#include <cerrno>
#include <thread>

#include "agent/waker.h"

namespace offline_state {
namespace {

bool IsWoken(const Waker& waker, int timeout_ms) {
  pollfd entry{static_cast<int>(waker.handle()), POLLIN, 0};
  return poll(&entry, 1, timeout_ms) == 1;
}

TEST_CASE("a waker stays signalled until it is cleared, however often it was woken") {
  const auto waker = Waker::Create();
  CHECK_FALSE(IsWoken(*waker, 0));
  for (int i = 0; i < 3; ++i) waker->Wake();
  CHECK(IsWoken(*waker, 0));
  CHECK(IsWoken(*waker, 0));
  waker->Clear();
  CHECK_FALSE(IsWoken(*waker, 0));
  waker->Wake();
  CHECK(IsWoken(*waker, 0));
}

TEST_CASE("a thread that waits is woken by another") {
  const auto waker = Waker::Create();
  std::thread other([&] { waker->Wake(); });
  CHECK(IsWoken(*waker, 10'000));
  other.join();
}

TEST_CASE("waking never blocks, and leaves errno of Outlook's thread alone") {
  const auto waker = Waker::Create();
  errno = ENOENT;
  for (int i = 0; i < 100'000; ++i) waker->Wake();
  CHECK(errno == ENOENT);
  waker->Clear();
  CHECK_FALSE(IsWoken(*waker, 0));
}

}  // namespace
}  // namespace offline_state
