#include "simulator/notify_thread.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

namespace offline_state {
namespace {

TEST_CASE("runs work in order, on a thread of its own") {
  std::vector<int> done;
  NotifyThread thread;
  CHECK_FALSE(thread.IsCurrent());
  bool current = false;
  thread.Run([&] { current = thread.IsCurrent(); });
  for (int i = 0; i < 100; ++i) thread.Run([&done, i] { done.push_back(i); });
  thread.Stop();
  CHECK(current);
  REQUIRE(done.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("finishes all work before it stops, and starts again for more") {
  NotifyThread thread;
  thread.Stop();
  for (int round = 0; round < 3; ++round) {
    int done = 0;
    thread.Run([&] { ++done; });
    thread.Stop();
    CHECK(done == 1);
  }
}

TEST_CASE("runs work that is added while it stops") {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> done{0};
    {
      NotifyThread thread;
      thread.Run([&] { ++done; });
      std::thread other([&] {
        for (int i = 0; i < 20; ++i) thread.Run([&] { ++done; });
      });
      thread.Stop();
      other.join();
    }
    CHECK(done == 21);
  }
}

TEST_CASE("lets work add more work") {
  std::atomic<int> done{0};
  {
    NotifyThread thread;
    thread.Run([&] { thread.Run([&] { ++done; }); });
  }
  CHECK(done == 1);
}

}  // namespace
}  // namespace offline_state
