// What is reported when, on a clock that the test moves.
#include "channel/session.h"

#include <doctest/doctest.h>

#include <vector>

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(const Frame& frame) {
  Bytes out;
  Encode(frame, out);
  return out;
}

Picture PictureWith(std::uint64_t number, State state, Phase phase = Phase::kListening) {
  Picture picture;
  picture.number = number;
  picture.state = state;
  picture.since_known = true;
  picture.since_unix_ms = 500;
  picture.source.phase = phase;
  return picture;
}

struct Fixture {
  bool runs = false;
  Moment clock{1'000'000, 50'000'000};
  std::vector<Report> reports;
  Session session{[this](const Report& report) { reports.push_back(report); },
                  {[this] { return runs; }, [this] { return clock; }}};

  bool Hear(const Frame& frame) {
    const Bytes bytes = BytesOf(frame);
    return session.Received(bytes.data(), bytes.size());
  }
  void Follow(State state = State::kOnline) {
    runs = true;
    session.Opened();
    CHECK(Hear(Hello{kChannelVersion, "1.0", "16.0", "Outlook"}));
    CHECK(Hear(PictureWith(1, state)));
  }
  void Pass(std::int64_t ms) {
    clock.unix_ms += ms;
    clock.steady_us += ms * 1000;
    session.Tick();
  }
  Reason reason() const { return reports.empty() ? Reason::kNone : reports.back().source.reason; }
};

TEST_CASE_FIXTURE(Fixture, "says at once whether Outlook runs when nobody answers, and says it once") {
  session.Absent("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(reports.back().detail == "nobody");
  CHECK(reports.back().number == 0);
  CHECK_FALSE(reports.back().since_known);
  session.Absent("nobody");
  session.Absent("nobody");
  CHECK(reports.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "an Outlook that runs and does not answer has no agent") {
  runs = true;
  session.Absent("nobody");
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "looks at Outlook only when it is asked, never again and again") {
  session.Absent("nobody");
  runs = true;
  session.Absent("nobody");
  Pass(10'000);
  CHECK(reason() == Reason::kOutlookNotRunning);
  session.LookAgain();
  CHECK(reason() == Reason::kAgentMissing);
  session.LookAgain();
  CHECK(reports.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a picture becomes a report on this process's clocks") {
  Follow();
  REQUIRE(reports.size() == 1);
  Picture picture = PictureWith(2, State::kOffline);
  picture.age_us = 3'000'000;
  picture.made_us = clock.steady_us;
  picture.source.notifies_offline = true;
  CHECK(Hear(picture));
  const Report& report = reports.back();
  CHECK(report.number == 2);
  CHECK(report.state == State::kOffline);
  CHECK(report.since_known);
  CHECK(report.since.unix_ms == 500);
  CHECK(report.since.steady_us == clock.steady_us - 3'000'000);
  CHECK(report.source.notifies_offline);
  CHECK_FALSE(report.source.notifies_online);
  CHECK(report.agent.outlook == "16.0");
}

TEST_CASE_FIXTURE(Fixture, "a picture that is read late has grown older by as much") {
  Follow();
  Picture picture = PictureWith(2, State::kOffline);
  picture.age_us = 3'000'000;
  picture.made_us = clock.steady_us;
  Pass(30'000);  // this process was stopped, say
  CHECK(Hear(picture));
  CHECK(reports.back().since.steady_us == clock.steady_us - 33'000'000);
  picture.made_us = clock.steady_us + 5;  // a clock that is not ours adds nothing
  CHECK(Hear(picture));
  CHECK(reports.back().since.steady_us == clock.steady_us - 3'000'000);
}

TEST_CASE_FIXTURE(Fixture, "a confirmation and a reading are placed on this process's clocks by their ages") {
  Follow();
  Picture picture = PictureWith(2, State::kOffline);
  picture.age_us = 9'000'000;
  picture.made_us = clock.steady_us;
  picture.confirmed_age_us = 2'000'000;
  picture.exchange_connection_mode = 200;
  picture.outbox_items = 3;
  picture.reading_age_us = 1'000'000;
  Pass(500);
  CHECK(Hear(picture));
  const Report& report = reports.back();
  REQUIRE(report.confirmed);
  CHECK(report.confirmed->unix_ms == clock.unix_ms - 2500);
  CHECK(report.confirmed->steady_us == clock.steady_us - 2'500'000);
  CHECK(report.reading.exchange_connection_mode == 200U);
  CHECK(report.reading.outbox_items == 3U);
  CHECK(report.reading.at.unix_ms == clock.unix_ms - 1500);
  CHECK(report.reading.at.steady_us == clock.steady_us - 1'500'000);
}

TEST_CASE_FIXTURE(Fixture, "a state of an older agent, or one confirmed before it began, was confirmed when it began") {
  Follow();
  Picture picture = PictureWith(2, State::kOffline);
  picture.age_us = 9'000'000;
  picture.made_us = clock.steady_us;
  for (const auto confirmed : {std::optional<std::int64_t>(), std::optional<std::int64_t>(10'000'000)}) {
    picture.confirmed_age_us = confirmed;
    CHECK(Hear(picture));
    REQUIRE(reports.back().confirmed);
    CHECK(reports.back().confirmed->unix_ms == reports.back().since.unix_ms);
    CHECK(reports.back().confirmed->steady_us == reports.back().since.steady_us);
    CHECK(reports.back().reading.empty());
  }
}

TEST_CASE_FIXTURE(Fixture, "an unknown state has no confirmation, and a source that is lost no reading") {
  Follow();
  CHECK(reports.back().confirmed);
  Picture picture = PictureWith(2, State::kUnknown);
  picture.confirmed_age_us = 5;
  picture.outbox_items = 1;
  CHECK(Hear(picture));
  CHECK_FALSE(reports.back().confirmed);
  CHECK_FALSE(reports.back().reading.empty());
  session.Closed();
  CHECK_FALSE(reports.back().confirmed);
  CHECK(reports.back().reading.empty());
}

TEST_CASE_FIXTURE(Fixture, "a refresh is for an agent that understands it, while it is followed") {
  CHECK_FALSE(session.takes_refresh());
  Follow();
  CHECK_FALSE(session.takes_refresh());  // an older agent
  Picture picture = PictureWith(2, State::kOffline);
  picture.confirmed_age_us = 5;
  CHECK(Hear(picture));
  CHECK(session.takes_refresh());
  session.Closed();
  CHECK_FALSE(session.takes_refresh());
  session.Opened();
  CHECK(Hear(Hello{}));
  CHECK_FALSE(session.takes_refresh());
}

TEST_CASE_FIXTURE(Fixture, "an agent that does not listen has no state, whatever it says") {
  session.Opened();
  CHECK(Hear(Hello{}));
  CHECK(Hear(PictureWith(1, State::kOnline, Phase::kStarting)));
  CHECK(reports.back().state == State::kUnknown);
  CHECK_FALSE(reports.back().since_known);
  CHECK(reports.back().source.phase == Phase::kStarting);
}

TEST_CASE_FIXTURE(Fixture, "a channel that breaks when Outlook has gone takes the state with it at once") {
  Follow();
  runs = false;
  session.Closed();
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(reports.back().state == State::kUnknown);
  CHECK(reports.back().since_known);  // seen to begin: when the channel broke
  CHECK(reports.back().since.steady_us == clock.steady_us);
  CHECK(reports.back().agent.agent.empty());
}

TEST_CASE_FIXTURE(Fixture, "a process that dies gets a moment to be gone before the agent counts as missing") {
  Follow();
  session.Closed();
  CHECK(reports.back().source.phase == Phase::kStarting);
  CHECK(reports.back().state == State::kUnknown);
  session.Absent("nobody");
  Pass(100);
  CHECK(reports.size() == 2);
  runs = false;
  session.Absent("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(reports.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "an Outlook that lives on without its agent is told within 300 ms") {
  Follow();
  session.Closed();
  Pass(299);
  CHECK(reports.back().source.phase == Phase::kStarting);
  CHECK(session.PatienceMs() <= 2);
  Pass(1);
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(session.PatienceMs() == -1);
}

TEST_CASE_FIXTURE(Fixture, "an agent that comes back in that moment is followed as if nothing had been") {
  Follow();
  session.Closed();
  session.Opened();
  CHECK(Hear(Hello{}));
  CHECK(Hear(PictureWith(9, State::kOffline)));
  CHECK(reports.back().state == State::kOffline);
  Pass(10'000);
  CHECK(reports.back().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "waiting through one attempt after another does not make the moment longer") {
  Follow();
  session.Closed();
  for (int tries = 0; tries < 10; ++tries) {
    Pass(29);
    session.Opened();
    session.Closed();
  }
  Pass(10);
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "an agent that takes the connection and says nothing does not answer") {
  session.Opened();
  CHECK(reports.empty());
  Pass(300);
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(Hear(Hello{}));  // it was stopped, and goes on
  CHECK(Hear(PictureWith(3, State::kOnline)));
  CHECK(reports.back().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "an Outlook that says it closes has stopped, and then is gone") {
  Follow();
  CHECK(Hear(Goodbye::kOutlookCloses));
  CHECK(reason() == Reason::kStopped);
  CHECK(reports.back().state == State::kUnknown);
  session.Closed();  // although the process is still there
  CHECK(reason() == Reason::kOutlookNotRunning);
  session.Absent("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
}

TEST_CASE_FIXTURE(Fixture, "an add-in that was unloaded is missing, and stays so when the channel closes") {
  Follow();
  CHECK(Hear(Goodbye::kAddInDisconnected));
  CHECK(reason() == Reason::kAgentMissing);
  session.Closed();
  session.Absent("nobody");
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(reports.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "after a goodbye nothing that is said counts") {
  Follow();
  CHECK(Hear(Goodbye::kOutlookCloses));
  CHECK(Hear(PictureWith(5, State::kOnline)));
  CHECK(reports.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "an agent of another version is incompatible until something else is found") {
  runs = true;
  session.Opened();
  Hello hello;
  hello.version = 2;
  CHECK_FALSE(Hear(hello));
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(reports.back().detail.find("version 2") != std::string::npos);
  session.Closed();
  session.LookAgain();
  CHECK(reason() == Reason::kAgentIncompatible);
  session.Opened();
  CHECK_FALSE(Hear(hello));
  session.Closed();
  CHECK(reports.size() == 1);
  session.Absent("nobody");
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "bytes that are no frames lose the state at once") {
  Follow();
  const Bytes bytes(8, 0xFF);
  CHECK_FALSE(session.Received(bytes.data(), bytes.size()));
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(reports.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "who speaks out of turn is no agent of ours") {
  SUBCASE("a picture first") {
    session.Opened();
    CHECK_FALSE(Hear(PictureWith(1, State::kOnline)));
  }
  SUBCASE("a goodbye first") {
    session.Opened();
    CHECK_FALSE(Hear(Goodbye::kOutlookCloses));
  }
  SUBCASE("two hellos") {
    Follow();
    CHECK_FALSE(Hear(Hello{}));
  }
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(reports.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "a stranger at the address is untrusted until he is gone") {
  session.Untrusted("user 5");
  CHECK(reason() == Reason::kAgentUntrusted);
  CHECK(reports.back().detail == "user 5");
  session.Untrusted("user 5");
  session.LookAgain();
  CHECK(reports.size() == 1);
  session.Absent("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
}

TEST_CASE_FIXTURE(Fixture, "the unknown state keeps its beginning through every change of reason") {
  Follow();
  session.Closed();
  const Moment broke = reports.back().since;
  Pass(300);
  session.Untrusted("user 5");
  runs = false;
  session.Absent("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(reports.back().since.steady_us == broke.steady_us);
  CHECK(reports.back().since_known);
}

TEST_CASE_FIXTURE(Fixture, "an agent that has no room for us leaves what was said, and is not asked in haste") {
  runs = true;
  session.Absent("nobody");
  for (int tries = 0; tries < 5; ++tries) {
    session.Opened();
    session.Closed();
    CHECK(session.RetryMs() == 100);
  }
  CHECK(reports.size() == 1);
}

}  // namespace
}  // namespace offline_state
