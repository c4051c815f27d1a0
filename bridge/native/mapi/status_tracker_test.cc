#include "mapi/status_tracker.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace offline_state {
namespace {

constexpr Source kListening{Phase::kListening, Reason::kNone, 0, true, true};
constexpr Source kStopped{Phase::kUnavailable, Reason::kStopped, 0, false, false};

struct Fixture {
  std::atomic<int> wakes{0};
  std::shared_ptr<LatestValue<Status>> status = std::make_shared<LatestValue<Status>>([this] { ++wakes; });
  StatusTracker tracker{status};

  // Whether something was published since the last call.
  bool IsPublished() { return status->Take().has_value(); }
  bool Read(State state, std::uint64_t notifications) { return tracker.OnReading({{state, notifications, Now()}}, {}); }
};

TEST_CASE_FIXTURE(Fixture, "StatusTracker: begins as starting, with an unknown state and nothing published") {
  const Status initial = tracker.status();
  CHECK(initial.number == 0);
  CHECK(initial.state == State::kUnknown);
  CHECK_FALSE(initial.since_known);
  CHECK(initial.since.unix_ms > 0);
  CHECK(initial.source.phase == Phase::kStarting);
  CHECK_FALSE(IsPublished());
  CHECK(wakes == 0);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: publishes one change if three notifications report it") {
  tracker.SetSource(kListening);
  const std::uint64_t before = tracker.status().number;
  CHECK(IsPublished());
  for (int i = 0; i < 3; ++i) {
    tracker.OnNotification(State::kOffline);
    CHECK(IsPublished() == (i == 0));
  }
  CHECK(tracker.status().state == State::kOffline);
  CHECK(tracker.status().since_known);
  CHECK(tracker.status().number == before + 1);
  CHECK(tracker.notifications() == 3);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: keeps the time at which a state began when it is notified again") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  const Timestamp since = tracker.status().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  tracker.OnNotification(State::kOnline);
  CHECK(tracker.status().since.steady_us == since.steady_us);
  tracker.OnNotification(State::kOffline);
  CHECK(tracker.status().since.steady_us >= since.steady_us + 3000);
}

TEST_CASE_FIXTURE(Fixture,
                  "StatusTracker: publishes a state from before the source listened together with the source") {
  tracker.OnNotification(State::kOffline);
  CHECK(tracker.status().state == State::kUnknown);
  CHECK(wakes == 0);
  tracker.SetSource(kListening);
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->number == 1);
  CHECK(published->source.phase == Phase::kListening);
  CHECK(published->state == State::kOffline);
  CHECK(published->since_known);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: drops a state from before a source that never listened") {
  tracker.OnNotification(State::kOnline);
  tracker.SetSource(kStopped);
  tracker.SetSource(kListening);
  CHECK(tracker.status().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: does not know the beginning of a state that a reading found") {
  CHECK(Read(State::kOnline, tracker.notifications()));
  tracker.SetSource(kListening);
  CHECK(tracker.status().state == State::kOnline);
  CHECK_FALSE(tracker.status().since_known);
  tracker.OnNotification(State::kOffline);
  CHECK(tracker.status().since_known);
}

TEST_CASE_FIXTURE(Fixture,
                  "StatusTracker: ignores a reading that a notification has overtaken, even one that changed nothing") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOffline);
  const std::uint64_t seen = tracker.notifications();
  tracker.OnNotification(State::kOffline);
  CHECK_FALSE(Read(State::kOnline, seen));
  CHECK(tracker.status().state == State::kOffline);
  CHECK(Read(State::kOnline, tracker.notifications()));
  CHECK(tracker.status().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture,
                  "StatusTracker: makes the state unknown in the same status in which the source stops listening") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  const std::uint64_t before = tracker.status().number;
  tracker.SetSource(kStopped);
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->number == before + 1);
  CHECK(published->state == State::kUnknown);
  CHECK(published->since_known);
  CHECK(published->source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: ignores notifications and readings after the source has stopped listening") {
  tracker.SetSource(kListening);
  tracker.SetSource(kStopped);
  status->Take();
  tracker.OnNotification(State::kOnline);
  CHECK(Read(State::kOnline, tracker.notifications()));
  CHECK(tracker.status().state == State::kUnknown);
  CHECK_FALSE(IsPublished());
}

TEST_CASE_FIXTURE(
    Fixture,
    "StatusTracker: drops a notification that came while there was no source, even if another source listens") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  tracker.SetSource(kStopped);
  tracker.OnNotification(State::kOffline);
  Read(State::kOffline, tracker.notifications());
  tracker.SetSource(kListening);
  CHECK(tracker.status().state == State::kUnknown);
}

TEST_CASE_FIXTURE(
    Fixture,
    "StatusTracker: begins the unknown state when the source stops listening, not when the state before it began") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  const Timestamp online = tracker.status().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  tracker.SetSource(kStopped);
  CHECK(tracker.status().since.steady_us >= online.steady_us + 3000);
  CHECK(tracker.status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: begins a state from before the source listened at its first notification") {
  tracker.OnNotification(State::kOffline, StatusTracker::Step::kChanging);
  const std::int64_t came = Now().steady_us;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  tracker.OnNotification(State::kOffline);
  tracker.SetSource(kListening);
  CHECK(tracker.status().since.steady_us <= came);
  CHECK(tracker.status().confirmed.steady_us >= came + 3000);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: keeps the beginning of the unknown state when only the reason changes") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  tracker.SetSource(kStopped);
  const Timestamp since = tracker.status().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  Source other = kStopped;
  other.reason = Reason::kOpenFailed;
  tracker.SetSource(other);
  CHECK(tracker.status().since.steady_us == since.steady_us);
  CHECK(tracker.status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: publishes a source that differs in phase, reason, code or one direction") {
  const Source before{Phase::kUnavailable, Reason::kOpenFailed, 7, true, true};
  Source phase = before;
  phase.phase = Phase::kStarting;
  Source reason = before;
  reason.reason = Reason::kAdviseFailed;
  Source code = before;
  code.code = 8;
  Source online = before;
  online.notifies_online = false;
  Source offline = before;
  offline.notifies_offline = false;
  for (const Source& other : {phase, reason, code, online, offline}) {
    tracker.SetSource(before);
    const std::uint64_t number = tracker.status().number;
    tracker.SetSource(other);
    CHECK(tracker.status().number == number + 1);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "StatusTracker: confirms a state that is notified again, and publishes that at most once a second") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOffline, StatusTracker::Step::kChanging);
  const Timestamp since = tracker.status().since;
  status->Take();
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  tracker.OnNotification(State::kOffline);
  CHECK(tracker.status().since.steady_us == since.steady_us);
  CHECK(tracker.status().confirmed.steady_us >= since.steady_us + 3000);
  status->Take();
  std::this_thread::sleep_for(std::chrono::microseconds(StatusTracker::kConfirmUs));
  tracker.OnNotification(State::kOffline);
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->since.steady_us == since.steady_us);
  CHECK(published->number == 2);
  CHECK(published->confirmed.steady_us >= since.steady_us + StatusTracker::kConfirmUs);
}

TEST_CASE_FIXTURE(Fixture,
                  "StatusTracker: publishes a reading of the current state as a confirmation at once, with the same "
                  "beginning and number") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOffline);
  const Status before = tracker.status();
  status->Take();
  const Timestamp read = Now();
  CHECK(tracker.OnReading({{State::kOffline, tracker.notifications(), read}}, {}));
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->confirmed.steady_us == read.steady_us);
  CHECK(published->since.steady_us == before.since.steady_us);
  CHECK(published->since_known);
  CHECK(published->number == before.number);
}

TEST_CASE_FIXTURE(
    Fixture,
    "StatusTracker: publishes the reading together with the state, even if a notification overtook the state") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  status->Take();
  Reading reading;
  reading.exchange_connection_mode = 200;
  reading.outbox_items = 3;
  CHECK(tracker.OnReading({{State::kOffline, tracker.notifications(), Now()}}, reading));
  auto published = status->Take();
  REQUIRE(published);
  CHECK(published->state == State::kOffline);
  CHECK(published->reading.outbox_items == 3U);
  CHECK(published->reading.exchange_connection_mode == 200U);

  reading.outbox_items = 4;
  CHECK_FALSE(tracker.OnReading({{State::kOnline, tracker.notifications() - 1, Now()}}, reading));
  published = status->Take();
  REQUIRE(published);
  CHECK(published->state == State::kOffline);
  CHECK(published->reading.outbox_items == 4U);

  CHECK_FALSE(tracker.OnReading(std::nullopt, {}));  // nothing could be read
  published = status->Take();
  REQUIRE(published);
  CHECK(published->reading.empty());
  CHECK_FALSE(tracker.OnReading(std::nullopt, {}));  // and again: no change
  CHECK_FALSE(IsPublished());
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: has no reading unless the source listens") {
  Reading reading;
  reading.outbox_items = 3;
  tracker.OnReading(std::nullopt, reading);
  tracker.SetSource(kListening);
  CHECK(tracker.status().reading.empty());
  tracker.OnReading(std::nullopt, reading);
  CHECK_FALSE(tracker.status().reading.empty());
  tracker.SetSource(kStopped);
  CHECK(tracker.status().reading.empty());
  status->Take();
  tracker.OnReading(std::nullopt, reading);
  CHECK(tracker.status().reading.empty());
  CHECK_FALSE(IsPublished());
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: publishes nothing for a START, and is unsettled until the DONE") {
  tracker.SetSource(kListening);
  status->Take();
  const int wakes_before = wakes;
  CHECK(tracker.unsettled_until_us() == 0);
  const std::int64_t before = Now().steady_us;
  tracker.OnChangeAnnounced();
  CHECK_FALSE(IsPublished());
  CHECK(wakes == wakes_before);
  CHECK(tracker.notifications() == 0);
  CHECK(tracker.unsettled_until_us() >= before + StatusTracker::kSettleUs);
  tracker.OnNotification(State::kOffline, StatusTracker::Step::kChanging);
  CHECK(tracker.unsettled_until_us() >= before + StatusTracker::kSettleUs);
  tracker.OnNotification(State::kOffline, StatusTracker::Step::kDone);
  CHECK(tracker.unsettled_until_us() == 0);
}

TEST_CASE_FIXTURE(
    Fixture, "StatusTracker: ignores the same source again, and publishes another capability with the same state") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOnline);
  status->Take();
  tracker.SetSource(kListening);
  CHECK_FALSE(IsPublished());
  Source narrower = kListening;
  narrower.notifies_offline = false;
  tracker.SetSource(narrower);
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: keeps the newest state of a burst, and its number counts every change") {
  tracker.SetSource(kListening);
  constexpr int kBurst = 1001;
  for (int i = 0; i < kBurst; ++i) tracker.OnNotification(i % 2 == 0 ? State::kOffline : State::kOnline);
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->number == kBurst + 1);
  CHECK(published->state == State::kOffline);
  CHECK_FALSE(IsPublished());
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: wakes the reader once until it has taken the status") {
  tracker.SetSource(kListening);
  tracker.OnNotification(State::kOffline);
  tracker.OnNotification(State::kOnline);
  CHECK(wakes == 1);
  status->Take();
  tracker.OnNotification(State::kOnline);
  CHECK(wakes == 1);
  tracker.OnNotification(State::kOffline);
  CHECK(wakes == 2);
}

TEST_CASE_FIXTURE(Fixture, "StatusTracker: publishes notifications of several threads in the order of their numbers") {
  tracker.SetSource(kListening);
  std::atomic<bool> done{false};
  std::vector<Status> taken;
  std::thread reader([&] {
    for (bool finished = false; !finished;) {
      finished = done;  // before the take, so that the last status is not missed
      if (const auto next = status->Take()) taken.push_back(*next);
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) tracker.OnNotification((i + t) % 2 == 0 ? State::kOffline : State::kOnline);
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  CHECK(tracker.notifications() == 8000);
  for (std::size_t i = 1; i < taken.size(); ++i) {
    CHECK(taken[i].number >= taken[i - 1].number);
    if (taken[i].number == taken[i - 1].number + 1) CHECK(taken[i].state != taken[i - 1].state);
    CHECK(taken[i].since.steady_us >= taken[i - 1].since.steady_us);
  }
  CHECK(taken.back().number == tracker.status().number);
}

TEST_CASE("StatusTracker: ends with an unknown state however stop and late notifications interleave") {
  for (int round = 0; round < 200; ++round) {
    const auto status = std::make_shared<LatestValue<Status>>([] {});
    StatusTracker tracker(status);
    tracker.SetSource(kListening);
    std::thread late([&] {
      for (int i = 0; i < 20; ++i) tracker.OnNotification(i % 2 == 0 ? State::kOffline : State::kOnline);
    });
    tracker.SetSource(kStopped);
    late.join();
    const auto published = status->Take();
    REQUIRE(published);
    CHECK(published->state == State::kUnknown);
    CHECK(published->source.reason == Reason::kStopped);
  }
}

}  // namespace
}  // namespace offline_state
