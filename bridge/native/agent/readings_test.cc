// With a message loop and a clock that the test moves, a scripted MAPI and a real tracker.
#include "agent/readings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "mapi/monitor.h"
#include "mapi/scripted_mapi.h"
#include "mapi/status_tracker.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;

// Outlook's message loop, run by the test.
class TestLoop final : public MainThread {
 public:
  bool Post(Call call) noexcept override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!is_full) calls_.push_back(std::move(call));
    return !is_full;
  }
  bool PostLater(std::uint32_t delay_ms, Call call) noexcept override {
    if (is_full) return false;
    delays.push_back(delay_ms);
    timers_.push_back(std::move(call));
    return true;
  }
  // Every call that is waiting.
  void Turn() {
    for (Call call = Next(); call; call = Next()) call();
  }
  void FireTimers() {
    for (const Call& call : std::exchange(timers_, {})) call();
  }
  std::size_t timers() const { return timers_.size(); }

  bool is_full = false;
  std::vector<std::uint32_t> delays;

 private:
  Call Next() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (calls_.empty()) return {};
    Call call = std::move(calls_.front());
    calls_.pop_front();
    return call;
  }

  std::mutex mutex_;
  std::deque<Call> calls_;
  std::vector<Call> timers_;
};

class TestModel final : public ObjectModel {
 public:
  std::optional<std::uint32_t> ExchangeConnectionMode() noexcept override {
    ++mode_reads;
    clock_us += mode_us;
    if (during_mode) during_mode();
    return mode;
  }
  std::optional<std::uint32_t> OutboxItems() noexcept override {
    ++outbox_reads;
    clock_us += outbox_us;
    return outbox;
  }

  std::int64_t ClockUs() const noexcept override { return clock_us; }

  std::optional<std::uint32_t> mode = 700;
  std::optional<std::uint32_t> outbox = 3;
  std::int64_t mode_us = 0;
  std::int64_t outbox_us = 0;
  int mode_reads = 0;
  int outbox_reads = 0;
  std::function<void()> during_mode;
  std::int64_t clock_us = 0;
};

struct Fixture {
  Fixture() { monitor->Start(&ScriptedMapi::Open, u"Outlook"); }
  int reads() const { return static_cast<int>(std::count(mapi.calls.begin(), mapi.calls.end(), "state")) - 1; }
  // A request whose second has passed, if need be.
  void ReadNow() {
    readings->Request();
    loop->Turn();
    if (loop->timers() == 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(loop->delays.back()));
    loop->FireTimers();
  }

  ScriptedMapi mapi;
  std::shared_ptr<StatusTracker> tracker =
      std::make_shared<StatusTracker>(std::make_shared<LatestValue<Status>>([] {}));
  std::shared_ptr<Monitor> monitor = std::make_shared<Monitor>(tracker);
  std::shared_ptr<TestLoop> loop = std::make_shared<TestLoop>();
  std::shared_ptr<TestModel> model = std::make_shared<TestModel>();
  std::shared_ptr<Readings> readings = std::make_shared<Readings>(Readings::Parts{tracker, monitor, loop, model});
};

TEST_CASE_FIXTURE(Fixture, "Readings: reads when the main thread next handles messages") {
  mapi.state = kOff;
  readings->Request();
  CHECK(reads() == 0);
  CHECK(model->mode_reads == 0);
  loop->Turn();
  CHECK(reads() == 1);
  const Status status = tracker->status();
  CHECK(status.state == State::kOffline);
  CHECK_FALSE(status.since_known);
  CHECK(status.reading.exchange_connection_mode == 700U);
  CHECK(status.reading.outbox_items == 3U);
  CHECK(status.reading.at.unix_ms > 0);
}

TEST_CASE_FIXTURE(Fixture, "Readings: combines requests of several threads into one reading") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 200; ++i) readings->Request();
    });
  }
  for (std::thread& thread : threads) thread.join();
  loop->Turn();
  CHECK(reads() == 1);
  CHECK(loop->timers() == 0);
}

TEST_CASE_FIXTURE(Fixture, "Readings: delays a request within a second after a reading, with one timer") {
  readings->Request();
  loop->Turn();
  for (int i = 0; i < 5; ++i) {
    readings->Request();
    loop->Turn();
  }
  CHECK(reads() == 1);
  REQUIRE(loop->timers() == 1);
  CHECK(loop->delays.back() <= 1001);
  std::this_thread::sleep_for(std::chrono::milliseconds(loop->delays.back()));
  loop->FireTimers();
  loop->Turn();
  CHECK(reads() == 2);
  CHECK(loop->timers() == 0);  // none is pending without a request
}

TEST_CASE_FIXTURE(Fixture, "Readings: waits for the end of a change, but at most one second") {
  tracker->OnChangeAnnounced();
  readings->Request();
  loop->Turn();
  CHECK(reads() == 0);
  REQUIRE(loop->timers() == 1);
  tracker->OnNotification(State::kOffline, StatusTracker::Step::kChanging);
  loop->FireTimers();
  CHECK(reads() == 0);  // it has begun again
  REQUIRE(loop->timers() == 1);
  mapi.state = kOff;
  tracker->OnNotification(State::kOffline, StatusTracker::Step::kDone);
  loop->FireTimers();
  CHECK(reads() == 1);
  CHECK(tracker->status().state == State::kOffline);
  CHECK(tracker->status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "Readings: finds out after a START without an end whether the state has changed") {
  mapi.Notify(kOn);
  const MAPIOFFLINE_NOTIFY start = ScriptedMapi::Notification(kOff, MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START);
  mapi.callback->Notify(&start);
  mapi.state = kOff;
  CHECK(tracker->status().state == State::kOnline);
  ReadNow();
  CHECK(tracker->status().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture,
                  "Readings: keeps a notification that comes during a reading, and publishes the other values") {
  mapi.during_get_state = [this] { mapi.Notify(kOff); };
  readings->Request();
  loop->Turn();
  CHECK(tracker->status().state == State::kOffline);
  CHECK(tracker->status().reading.outbox_items == 3U);
}

TEST_CASE_FIXTURE(Fixture, "Readings: leaves the state unconfirmed if it cannot be read") {
  const Status before = tracker->status();
  mapi.state_result = E_FAIL;
  readings->Request();
  loop->Turn();
  CHECK(tracker->status().state == before.state);
  CHECK(tracker->status().confirmed.steady_us == before.confirmed.steady_us);
  CHECK(tracker->status().reading.outbox_items == 3U);
}

TEST_CASE_FIXTURE(Fixture, "Readings: reads no Outbox without Exchange, and omits values that cannot be read") {
  model->mode = 0;
  readings->Request();
  loop->Turn();
  CHECK(tracker->status().reading.exchange_connection_mode == 0U);
  CHECK_FALSE(tracker->status().reading.outbox_items);
  CHECK(model->outbox_reads == 0);
  model->mode = std::nullopt;
  ReadNow();
  CHECK(model->outbox_reads == 0);
  CHECK(tracker->status().reading.empty());
  model->mode = 700;
  model->outbox = std::nullopt;
  ReadNow();
  CHECK(tracker->status().reading.exchange_connection_mode == 700U);
  CHECK_FALSE(tracker->status().reading.outbox_items);
}

TEST_CASE("ReadingBudget: is exceeded by three slow calls in a row, or by one very slow call") {
  ReadingBudget budget;
  for (int i = 0; i < 5; ++i) {
    budget.Record(ReadingBudget::kSlowUs + 1);
    budget.Record(ReadingBudget::kMaxUs);
    budget.Record(ReadingBudget::kSlowUs);  // in time
  }
  CHECK_FALSE(budget.is_exceeded());
  for (int i = 0; i < 3; ++i) budget.Record(ReadingBudget::kSlowUs + 1);
  CHECK(budget.is_exceeded());
  budget.Record(0);
  CHECK(budget.is_exceeded());
  ReadingBudget another;
  another.Record(ReadingBudget::kMaxUs + 1);
  CHECK(another.is_exceeded());
}

TEST_CASE_FIXTURE(Fixture, "Readings: stops reading a property that took too long, and continues with the others") {
  model->outbox_us = ReadingBudget::kMaxUs + 1;
  readings->Request();
  loop->Turn();
  CHECK(tracker->status().reading.outbox_items == 3U);  // it has been read already, so it is published
  ReadNow();
  CHECK(model->outbox_reads == 1);
  CHECK(model->mode_reads == 2);
  CHECK(reads() == 2);
  CHECK_FALSE(tracker->status().reading.outbox_items);
  CHECK(tracker->status().reading.exchange_connection_mode == 700U);
}

TEST_CASE_FIXTURE(Fixture, "Readings: delays a request that comes during a reading") {
  model->during_mode = [this] {
    readings->Request();
    loop->Turn();  // Outlook handles messages meanwhile
  };
  readings->Request();
  loop->Turn();
  CHECK(reads() == 1);
  CHECK(loop->timers() == 1);
}

TEST_CASE_FIXTURE(Fixture, "Readings: does not begin a reading during another") {
  int depth = 0;
  bool is_nested = false;
  model->during_mode = [&] {
    is_nested = is_nested || depth > 0;
    ++depth;
    if (model->mode_reads == 1) {
      std::this_thread::sleep_for(std::chrono::microseconds(Readings::kIntervalUs + 1000));
      readings->Request();
      loop->Turn();
    }
    --depth;
  };
  readings->Request();
  loop->Turn();
  CHECK_FALSE(is_nested);
  CHECK(reads() == 2);  // after it
}

TEST_CASE_FIXTURE(Fixture, "Readings: reads for activated windows every ten seconds at most") {
  for (int i = 0; i < 3; ++i) readings->WindowActivated();
  loop->Turn();
  CHECK(reads() == 1);
  readings->WindowActivated();
  loop->Turn();
  CHECK(loop->timers() == 0);
}

TEST_CASE_FIXTURE(Fixture, "Readings: reads nothing after it was stopped, and releases the object model") {
  readings->Request();
  loop->Turn();
  readings->Request();
  loop->Turn();
  readings->Request();
  readings->Stop();
  readings->Stop();
  CHECK(model.use_count() == 1);
  loop->Turn();
  loop->FireTimers();
  readings->Request();
  loop->Turn();
  CHECK(reads() == 1);
}

TEST_CASE_FIXTURE(Fixture, "Readings: reads only while the source listens") {
  tracker->SetSource({Phase::kUnavailable, Reason::kStopped, 0, false, false});
  readings->Request();
  loop->Turn();
  CHECK(reads() == 0);
  CHECK(model->mode_reads == 0);
}

TEST_CASE_FIXTURE(Fixture, "Readings: drops a request if the queue is full, but not the next one") {
  loop->is_full = true;
  readings->Request();
  loop->is_full = false;
  readings->Request();
  loop->Turn();
  CHECK(reads() == 1);
  loop->is_full = true;  // no timer either
  loop->is_full = false;
  readings->Request();
  loop->is_full = true;
  loop->Turn();
  loop->is_full = false;
  readings->Request();
  loop->Turn();
  CHECK(loop->timers() == 1);
}

TEST_CASE_FIXTURE(Fixture, "Readings: does nothing in a pending call after it was destroyed") {
  readings->Request();
  readings.reset();
  loop->Turn();
  CHECK(reads() == 0);
}

// Outlook handles messages during a call and disconnects the add-in, at each point of a reading.
TEST_CASE("Readings: ends a reading during which the agent is disconnected, and releases everything") {
  for (const bool during_state : {true, false}) {
    CAPTURE(during_state);
    Fixture fixture;
    const std::weak_ptr<Monitor> monitor = fixture.monitor;
    const auto end = [&fixture] {
      fixture.readings->Stop();
      fixture.monitor->Stop();
      fixture.readings.reset();
      fixture.monitor.reset();
      CHECK(fixture.mapi.references == 1);  // the call's own
    };
    if (during_state) {
      fixture.mapi.during_get_state = end;
    } else {
      fixture.model->during_mode = [&fixture] {
        fixture.readings->Stop();
        fixture.monitor->Stop();
        fixture.readings.reset();
        fixture.monitor.reset();
        CHECK(fixture.mapi.references == 0);
      };
    }
    fixture.readings->Request();
    fixture.loop->Turn();
    CHECK(monitor.expired());
    CHECK(fixture.mapi.references == 0);
    CHECK(fixture.model.use_count() == 1);
    CHECK(fixture.model->outbox_reads == 0);
    CHECK(fixture.tracker->status().state == State::kUnknown);
    CHECK(fixture.tracker->status().reading.empty());
  }
}

}  // namespace
}  // namespace offline_state
