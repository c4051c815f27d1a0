#include "core/latest_value.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace offline_state {
namespace {

struct Fixture {
  std::atomic<int> wakes{0};
  LatestValue<int> slot{[this] { ++wakes; }};
};

TEST_CASE_FIXTURE(Fixture, "LatestValue: has nothing to take before the first value") {
  CHECK_FALSE(slot.Take().has_value());
  CHECK(slot.Get() == 0);
}

TEST_CASE_FIXTURE(Fixture, "LatestValue: returns each value once, and only the newest of several") {
  slot.Set(1);
  CHECK(slot.Take() == 1);
  CHECK_FALSE(slot.Take().has_value());
  slot.Set(2);
  slot.Set(3);
  CHECK(slot.Take() == 3);
  CHECK_FALSE(slot.Take().has_value());
  CHECK(slot.Get() == 3);
}

TEST_CASE_FIXTURE(Fixture, "LatestValue: wakes once until the value is taken") {
  slot.Set(1);
  slot.Set(2);
  CHECK(wakes == 1);
  slot.Take();
  slot.Set(3);
  CHECK(wakes == 2);
}

TEST_CASE_FIXTURE(Fixture, "LatestValue: publishes an update only if it reports a change") {
  slot.Update([](int& value) {
    value = 7;
    return false;
  });
  CHECK(slot.Get() == 7);
  CHECK(wakes == 0);
  CHECK_FALSE(slot.Take().has_value());
}

TEST_CASE("LatestValue: wakes without holding its lock") {
  std::vector<int> taken;
  LatestValue<int>* self = nullptr;
  LatestValue<int> slot([&] { taken.push_back(self->Take().value()); });
  self = &slot;
  slot.Set(1);
  slot.Set(2);
  CHECK(taken == std::vector<int>{1, 2});
}

TEST_CASE_FIXTURE(Fixture, "LatestValue: delivers the last value however many threads publish while it is taken") {
  constexpr int kThreads = 4;
  constexpr int kUpdates = 2000;
  std::atomic<bool> done{false};
  int last = 0;
  bool ascending = true;
  std::thread reader([&] {
    for (bool finished = false; !finished;) {
      finished = done;  // before the take, so that the last value is not missed
      if (const auto value = slot.Take()) {
        ascending = ascending && *value > last;
        last = *value;
      }
    }
  });
  std::vector<std::thread> writers;
  for (int thread = 0; thread < kThreads; ++thread) {
    writers.emplace_back([&] {
      for (int update = 0; update < kUpdates; ++update) slot.Update([](int& value) { return ++value > 0; });
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  CHECK(ascending);
  CHECK(last == kThreads * kUpdates);
}

}  // namespace
}  // namespace offline_state
