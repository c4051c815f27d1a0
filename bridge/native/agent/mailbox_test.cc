#include "agent/mailbox.h"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace offline_state {
namespace {

// Counts the wake-ups; that real ones arrive is waker_posix_test.cc's.
class CountingWaker final : public Waker {
 public:
  void Wake() noexcept override { ++wakes; }
  void Clear() noexcept override {}
  std::intptr_t handle() const noexcept override { return -1; }
  std::atomic<int> wakes{0};
};

constexpr Source kListening{Phase::kListening, Reason::kNone, 0, true, true};
constexpr Source kStopped{Phase::kUnavailable, Reason::kStopped, 0, false, false};

struct Fixture {
  std::shared_ptr<CountingWaker> waker = std::make_shared<CountingWaker>();
  Mailbox mailbox{waker};

  std::vector<Present> TakeAll() {
    std::array<Present, Mailbox::kRing> out;
    const std::size_t taken = mailbox.Take(out);
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(taken)};
  }
};

TEST_CASE_FIXTURE(Fixture, "a new mailbox is starting, knows no state and has nothing to take") {
  const Present present = mailbox.present();
  CHECK(present.number == 0);
  CHECK(present.state == State::kUnknown);
  CHECK_FALSE(present.since_known);
  CHECK(present.since.unix_ms > 0);
  CHECK(present.source.phase == Phase::kStarting);
  CHECK(TakeAll().empty());
  CHECK(waker->wakes == 0);
}

TEST_CASE_FIXTURE(Fixture, "tells one change once although three notifications say it") {
  mailbox.SetSource(kListening);
  for (int i = 0; i < 3; ++i) mailbox.Post(State::kOffline);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() >= 2);
  CHECK(pictures[1].state == State::kOffline);
  CHECK(pictures[1].since_known);
  CHECK(pictures[1].number == pictures[0].number + 1);
  CHECK(pictures.back().number == pictures[1].number);
  CHECK(mailbox.posts() == 3);
}

TEST_CASE_FIXTURE(Fixture, "keeps the moment at which a state began while it is told again") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  const Moment since = mailbox.present().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  mailbox.Post(State::kOnline);
  CHECK(mailbox.present().since.steady_us == since.steady_us);
  mailbox.Post(State::kOffline);
  CHECK(mailbox.present().since.steady_us >= since.steady_us + 3000);
}

TEST_CASE_FIXTURE(Fixture, "what is posted before the source listens is told in the same picture as the source") {
  mailbox.Post(State::kOffline);
  CHECK(mailbox.present().state == State::kUnknown);
  CHECK(waker->wakes == 0);
  mailbox.SetSource(kListening);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].source.phase == Phase::kListening);
  CHECK(pictures[0].state == State::kOffline);
  CHECK(pictures[0].since_known);
}

TEST_CASE_FIXTURE(Fixture, "what was posted before a source that never listened is forgotten") {
  mailbox.Post(State::kOnline);
  mailbox.SetSource(kStopped);
  mailbox.SetSource(kListening);
  CHECK(mailbox.present().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "a reading finds a state without having seen it begin") {
  CHECK(mailbox.PostReading(State::kOnline, mailbox.posts()));
  mailbox.SetSource(kListening);
  CHECK(mailbox.present().state == State::kOnline);
  CHECK_FALSE(mailbox.present().since_known);
  mailbox.Post(State::kOffline);
  CHECK(mailbox.present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "a reading is dropped when a notification has overtaken it, even one that changed nothing") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOffline);
  const std::uint64_t seen = mailbox.posts();
  mailbox.Post(State::kOffline);
  CHECK_FALSE(mailbox.PostReading(State::kOnline, seen));
  CHECK(mailbox.present().state == State::kOffline);
  CHECK(mailbox.PostReading(State::kOnline, mailbox.posts()));
  CHECK(mailbox.present().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "a source that is lost takes the state with it in one picture") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  TakeAll();
  mailbox.SetSource(kStopped);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].state == State::kUnknown);
  CHECK(pictures[0].since_known);
  CHECK(pictures[0].source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "a notification or reading that comes after the source was lost brings nothing back") {
  mailbox.SetSource(kListening);
  mailbox.SetSource(kStopped);
  TakeAll();
  mailbox.Post(State::kOnline);
  CHECK(mailbox.PostReading(State::kOnline, mailbox.posts()));
  CHECK(mailbox.present().state == State::kUnknown);
  CHECK(TakeAll().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "forgets a notification that comes while there is no source, also when another source listens") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  mailbox.SetSource(kStopped);
  mailbox.Post(State::kOffline);
  mailbox.PostReading(State::kOffline, mailbox.posts());
  mailbox.SetSource(kListening);
  CHECK(mailbox.present().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "begins the unknown state when the source is lost, not when the state before it began") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  const Moment online = mailbox.present().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  mailbox.SetSource(kStopped);
  CHECK(mailbox.present().since.steady_us >= online.steady_us + 3000);
  CHECK(mailbox.present().since_known);
}

TEST_CASE_FIXTURE(Fixture,
                  "begins a state that is notified before the source listens when its first notification came") {
  mailbox.Post(State::kOffline, Mailbox::Step::kChanging);
  const std::int64_t came = Now().steady_us;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  mailbox.Post(State::kOffline);
  mailbox.SetSource(kListening);
  CHECK(mailbox.present().since.steady_us <= came);
  CHECK(mailbox.present().confirmed.steady_us >= came + 3000);
}

TEST_CASE_FIXTURE(Fixture, "keeps the beginning of the unknown state when only the reason changes") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  mailbox.SetSource(kStopped);
  const Moment since = mailbox.present().since;
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  Source other = kStopped;
  other.reason = Reason::kOpenFailed;
  mailbox.SetSource(other);
  CHECK(mailbox.present().since.steady_us == since.steady_us);
  CHECK(mailbox.present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "tells a source that differs in its phase, reason, code or one direction alone") {
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
    mailbox.SetSource(before);
    const std::uint64_t number = mailbox.present().number;
    mailbox.SetSource(other);
    CHECK(mailbox.present().number == number + 1);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "a state that is notified again is confirmed, and told only when the last confirmation is old") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOffline, Mailbox::Step::kChanging);
  const Moment since = mailbox.present().since;
  TakeAll();
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  mailbox.Post(State::kOffline);
  CHECK(mailbox.present().since.steady_us == since.steady_us);
  CHECK(mailbox.present().confirmed.steady_us >= since.steady_us + 3000);
  TakeAll();
  std::this_thread::sleep_for(std::chrono::microseconds(Mailbox::kConfirmUs));
  mailbox.Post(State::kOffline);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].since.steady_us == since.steady_us);
  CHECK(pictures[0].number == 2);
  CHECK(pictures[0].confirmed.steady_us >= since.steady_us + Mailbox::kConfirmUs);
}

TEST_CASE_FIXTURE(Fixture,
                  "a reading that says the present state confirms it at once, and keeps its beginning and number") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOffline);
  const Present before = mailbox.present();
  TakeAll();
  const Moment read = Now();
  CHECK(mailbox.PostReading({{State::kOffline, mailbox.posts(), read}}, {}));
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].confirmed.steady_us == read.steady_us);
  CHECK(pictures[0].since.steady_us == before.since.steady_us);
  CHECK(pictures[0].since_known);
  CHECK(pictures[0].number == before.number);
  CHECK(pictures[0].version == before.version + 1);
}

TEST_CASE_FIXTURE(
    Fixture,
    "what was read beside the state is told in the same picture, also when a notification overtook the state") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  TakeAll();
  Reading reading;
  reading.exchange_connection_mode = 200;
  reading.outbox_items = 3;
  CHECK(mailbox.PostReading({{State::kOffline, mailbox.posts(), Now()}}, reading));
  auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].state == State::kOffline);
  CHECK(pictures[0].reading.outbox_items == 3U);
  CHECK(pictures[0].reading.exchange_connection_mode == 200U);

  reading.outbox_items = 4;
  CHECK_FALSE(mailbox.PostReading({{State::kOnline, mailbox.posts() - 1, Now()}}, reading));
  pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].state == State::kOffline);
  CHECK(pictures[0].reading.outbox_items == 4U);

  CHECK_FALSE(mailbox.PostReading(std::nullopt, {}));  // nothing can be read any more
  pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].reading.empty());
  CHECK_FALSE(mailbox.PostReading(std::nullopt, {}));  // and that is no news
  CHECK(TakeAll().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "a source that is lost takes the reading with it, and none comes before it listens or after") {
  Reading reading;
  reading.outbox_items = 3;
  mailbox.PostReading(std::nullopt, reading);
  mailbox.SetSource(kListening);
  CHECK(mailbox.present().reading.empty());
  mailbox.PostReading(std::nullopt, reading);
  CHECK_FALSE(mailbox.present().reading.empty());
  mailbox.SetSource(kStopped);
  CHECK(mailbox.present().reading.empty());
  TakeAll();
  mailbox.PostReading(std::nullopt, reading);
  CHECK(mailbox.present().reading.empty());
  CHECK(TakeAll().empty());
}

TEST_CASE_FIXTURE(Fixture, "a START changes nothing and wakes nobody, and a change is under way until its DONE") {
  mailbox.SetSource(kListening);
  TakeAll();
  const int wakes = waker->wakes;
  CHECK(mailbox.unsettled_until_us() == 0);
  const std::int64_t before = Now().steady_us;
  mailbox.PostStart();
  CHECK(TakeAll().empty());
  CHECK(waker->wakes == wakes);
  CHECK(mailbox.posts() == 0);
  CHECK(mailbox.unsettled_until_us() >= before + Mailbox::kSettleUs);
  mailbox.Post(State::kOffline, Mailbox::Step::kChanging);
  CHECK(mailbox.unsettled_until_us() >= before + Mailbox::kSettleUs);
  mailbox.Post(State::kOffline, Mailbox::Step::kDone);
  CHECK(mailbox.unsettled_until_us() == 0);
}

TEST_CASE_FIXTURE(Fixture, "the same source again is no change, another capability is one and keeps the state") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOnline);
  mailbox.SetSource(kListening);
  CHECK(TakeAll().size() == 2);
  Source narrower = kListening;
  narrower.notifies_offline = false;
  mailbox.SetSource(narrower);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == 1);
  CHECK(pictures[0].state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "a burst longer than the ring keeps the newest pictures, and the numbers show the gap") {
  mailbox.SetSource(kListening);
  constexpr int kBurst = static_cast<int>(Mailbox::kRing) * 3 + 1;
  for (int i = 0; i < kBurst; ++i) mailbox.Post(i % 2 == 0 ? State::kOffline : State::kOnline);
  const auto pictures = TakeAll();
  REQUIRE(pictures.size() == Mailbox::kRing);
  for (std::size_t i = 1; i < pictures.size(); ++i) CHECK(pictures[i].number == pictures[i - 1].number + 1);
  CHECK(pictures.front().number > 1);
  CHECK(pictures.back().number == kBurst + 1);
  CHECK(pictures.back().state == State::kOffline);
  CHECK(TakeAll().empty());
}

TEST_CASE_FIXTURE(Fixture, "the I/O thread is woken once for what it has not yet taken, and again after it has taken") {
  mailbox.SetSource(kListening);
  mailbox.Post(State::kOffline);
  mailbox.Post(State::kOnline);
  CHECK(waker->wakes == 1);
  TakeAll();
  mailbox.Post(State::kOnline);
  CHECK(waker->wakes == 1);
  mailbox.Post(State::kOffline);
  CHECK(waker->wakes == 2);
}

TEST_CASE_FIXTURE(Fixture,
                  "notifications from several threads are told in the order of their numbers, none of them twice") {
  mailbox.SetSource(kListening);
  std::atomic<bool> done{false};
  std::vector<Present> taken;
  std::thread reader([&] {
    while (!done) {
      for (const Present& present : TakeAll()) taken.push_back(present);
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t) {
    writers.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) mailbox.Post((i + t) % 2 == 0 ? State::kOffline : State::kOnline);
    });
  }
  for (std::thread& writer : writers) writer.join();
  done = true;
  reader.join();
  for (const Present& present : TakeAll()) taken.push_back(present);
  CHECK(mailbox.posts() == 8000);
  for (std::size_t i = 1; i < taken.size(); ++i) {
    CHECK(taken[i].version > taken[i - 1].version);
    if (taken[i].number == taken[i - 1].number + 1) CHECK(taken[i].state != taken[i - 1].state);
    CHECK(taken[i].since.steady_us >= taken[i - 1].since.steady_us);
  }
  CHECK(taken.back().number == mailbox.present().number);
}

TEST_CASE("however a stop and late notifications interleave, the last picture is unknown") {
  for (int round = 0; round < 200; ++round) {
    Mailbox mailbox(std::make_shared<CountingWaker>());
    mailbox.SetSource(kListening);
    std::thread late([&] {
      for (int i = 0; i < 20; ++i) mailbox.Post(i % 2 == 0 ? State::kOffline : State::kOnline);
    });
    mailbox.SetSource(kStopped);
    late.join();
    CHECK(mailbox.present().state == State::kUnknown);
    std::array<Present, Mailbox::kRing> out;
    const std::size_t taken = mailbox.Take(out);
    REQUIRE(taken > 0);
    CHECK(out[taken - 1].state == State::kUnknown);
    CHECK(out[taken - 1].source.reason == Reason::kStopped);
  }
}

}  // namespace
}  // namespace offline_state
