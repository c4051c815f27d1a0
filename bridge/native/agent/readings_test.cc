// When readings are made, on a loop and a clock that the test moves, between a scripted MAPI and a real mailbox.
#include "agent/readings.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "agent/mailbox.h"
#include "mapi/monitor.h"
#include "mapi/scripted_mapi.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;

// Outlook's message loop, which the test turns.
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
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(Waker::Create());
  std::shared_ptr<Monitor> monitor = std::make_shared<Monitor>(mailbox);
  std::shared_ptr<TestLoop> loop = std::make_shared<TestLoop>();
  std::shared_ptr<TestModel> model = std::make_shared<TestModel>();
  std::shared_ptr<Readings> readings = std::make_shared<Readings>(Readings::Parts{mailbox, monitor, loop, model});
};

TEST_CASE_FIXTURE(Fixture, "reads nothing before the main thread looks for messages, and then all at once") {
  mapi.state = kOff;
  readings->Request();
  CHECK(reads() == 0);
  CHECK(model->mode_reads == 0);
  loop->Turn();
  CHECK(reads() == 1);
  const Present present = mailbox->present();
  CHECK(present.state == State::kOffline);
  CHECK_FALSE(present.since_known);
  CHECK(present.reading.exchange_connection_mode == 700U);
  CHECK(present.reading.outbox_items == 3U);
  CHECK(present.reading.at.unix_ms > 0);
}

TEST_CASE_FIXTURE(Fixture, "makes one reading of many requests, on whichever threads") {
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

TEST_CASE_FIXTURE(Fixture, "carries out a request within the second after a reading at its end, by one timer") {
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
  CHECK(loop->timers() == 0);  // none is left when nobody has asked since
}

TEST_CASE_FIXTURE(Fixture, "waits for the end of a change, or a second for one whose end does not come") {
  mailbox->PostStart();
  readings->Request();
  loop->Turn();
  CHECK(reads() == 0);
  REQUIRE(loop->timers() == 1);
  mailbox->Post(State::kOffline, Mailbox::Step::kChanging);
  loop->FireTimers();
  CHECK(reads() == 0);  // it has begun again
  REQUIRE(loop->timers() == 1);
  mapi.state = kOff;
  mailbox->Post(State::kOffline, Mailbox::Step::kDone);
  loop->FireTimers();
  CHECK(reads() == 1);
  CHECK(mailbox->present().state == State::kOffline);
  CHECK(mailbox->present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "finds after a START without an end whether the state has changed") {
  mapi.Say(kOn);
  const MAPIOFFLINE_NOTIFY start = ScriptedMapi::Notification(kOff, MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START);
  mapi.callback->Notify(&start);
  mapi.state = kOff;
  CHECK(mailbox->present().state == State::kOnline);
  ReadNow();
  CHECK(mailbox->present().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "keeps a notification that comes while it reads, and still tells the rest of the reading") {
  mapi.during_get_state = [this] { mapi.Say(kOff); };
  readings->Request();
  loop->Turn();
  CHECK(mailbox->present().state == State::kOffline);
  CHECK(mailbox->present().reading.outbox_items == 3U);
}

TEST_CASE_FIXTURE(Fixture, "a state that cannot be read stays as it is, unconfirmed") {
  const Present before = mailbox->present();
  mapi.state_result = E_FAIL;
  readings->Request();
  loop->Turn();
  CHECK(mailbox->present().state == before.state);
  CHECK(mailbox->present().confirmed.steady_us == before.confirmed.steady_us);
  CHECK(mailbox->present().reading.outbox_items == 3U);
}

TEST_CASE_FIXTURE(Fixture, "reads no Outbox without Exchange, and leaves out what the object model does not say") {
  model->mode = 0;
  readings->Request();
  loop->Turn();
  CHECK(mailbox->present().reading.exchange_connection_mode == 0U);
  CHECK_FALSE(mailbox->present().reading.outbox_items);
  CHECK(model->outbox_reads == 0);
  model->mode = std::nullopt;
  ReadNow();
  CHECK(model->outbox_reads == 0);
  CHECK(mailbox->present().reading.empty());
  model->mode = 700;
  model->outbox = std::nullopt;
  ReadNow();
  CHECK(mailbox->present().reading.exchange_connection_mode == 700U);
  CHECK_FALSE(mailbox->present().reading.outbox_items);
}

TEST_CASE("a budget is spent by three slow readings in a row, or by a single very slow one") {
  ReadingBudget budget;
  for (int i = 0; i < 5; ++i) {
    budget.Took(ReadingBudget::kUs + 1);
    budget.Took(ReadingBudget::kMostUs);
    budget.Took(ReadingBudget::kUs);  // in time
  }
  CHECK_FALSE(budget.is_spent());
  for (int i = 0; i < 3; ++i) budget.Took(ReadingBudget::kUs + 1);
  CHECK(budget.is_spent());
  budget.Took(0);
  CHECK(budget.is_spent());
  ReadingBudget another;
  another.Took(ReadingBudget::kMostUs + 1);
  CHECK(another.is_spent());
}

TEST_CASE_FIXTURE(Fixture, "does not read a property any more that took too long, and goes on reading the others") {
  model->outbox_us = ReadingBudget::kMostUs + 1;
  readings->Request();
  loop->Turn();
  CHECK(mailbox->present().reading.outbox_items == 3U);  // it has waited for it, so it may be told
  ReadNow();
  CHECK(model->outbox_reads == 1);
  CHECK(model->mode_reads == 2);
  CHECK(reads() == 2);
  CHECK_FALSE(mailbox->present().reading.outbox_items);
  CHECK(mailbox->present().reading.exchange_connection_mode == 700U);
}

TEST_CASE_FIXTURE(Fixture, "a request that comes while it reads waits for a second of its own") {
  model->during_mode = [this] {
    readings->Request();
    loop->Turn();  // Outlook handles messages meanwhile
  };
  readings->Request();
  loop->Turn();
  CHECK(reads() == 1);
  CHECK(loop->timers() == 1);
}

TEST_CASE_FIXTURE(Fixture, "does not begin a reading within another, however long that takes") {
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

TEST_CASE_FIXTURE(Fixture, "windows that are activated ask every ten seconds at most") {
  for (int i = 0; i < 3; ++i) readings->WindowActivated();
  loop->Turn();
  CHECK(reads() == 1);
  readings->WindowActivated();
  loop->Turn();
  CHECK(loop->timers() == 0);
}

TEST_CASE_FIXTURE(Fixture, "reads nothing after it was stopped, whatever waits, and lets the object model go") {
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

TEST_CASE_FIXTURE(Fixture, "reads nothing while the source does not listen, and again when it does") {
  mailbox->SetSource({Phase::kUnavailable, Reason::kStopped, 0, false, false});
  readings->Request();
  loop->Turn();
  CHECK(reads() == 0);
  CHECK(model->mode_reads == 0);
}

TEST_CASE_FIXTURE(Fixture, "a queue that is full loses the request and not the next one") {
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

TEST_CASE_FIXTURE(Fixture, "a call that waits does nothing when the readings have gone") {
  readings->Request();
  readings.reset();
  loop->Turn();
  CHECK(reads() == 0);
}

// Outlook handles messages during a call and disconnects the add-in, at each point of a reading.
TEST_CASE(
    "an agent that is disconnected and ended in the middle of its reading ends it there, and lets everything go") {
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
    CHECK(fixture.mailbox->present().state == State::kUnknown);
    CHECK(fixture.mailbox->present().reading.empty());
  }
}

}  // namespace
}  // namespace offline_state
