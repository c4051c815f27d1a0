#include "simulated/notify_thread.h"

#include <doctest/doctest.h>

#include <atomic>
#include <vector>

namespace offline_state {
namespace {

TEST_CASE("work is done in its order, on a thread that is not the caller's") {
  std::vector<int> done;
  NotifyThread thread;
  CHECK_FALSE(thread.IsCurrent());
  bool current = false;
  thread.Run([&] { current = thread.IsCurrent(); });
  for (int i = 0; i < 100; ++i) thread.Run([&done, i] { done.push_back(i); });
  thread.Rest();
  CHECK(current);
  REQUIRE(done.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a thread that rests has done all its work, and works again when there is more") {
  NotifyThread thread;
  thread.Rest();
  for (int round = 0; round < 3; ++round) {
    int done = 0;
    thread.Run([&] { ++done; });
    thread.Rest();
    CHECK(done == 1);
  }
}

TEST_CASE("work that comes while the thread goes to rest is done") {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> done{0};
    {
      NotifyThread thread;
      thread.Run([&] { ++done; });
      std::thread other([&] {
        for (int i = 0; i < 20; ++i) thread.Run([&] { ++done; });
      });
      thread.Rest();
      other.join();
    }
    CHECK(done == 21);
  }
}

TEST_CASE("work may ask for more work") {
  std::atomic<int> done{0};
  {
    NotifyThread thread;
    thread.Run([&] { thread.Run([&] { ++done; }); });
  }
  CHECK(done == 1);
}

}  // namespace
}  // namespace offline_state
