// Uses a clock that the test moves.
#include "channel/client_session.h"

#include <doctest/doctest.h>

#include <vector>

#include "channel/channel_testing.h"

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;
using testing::OlderStatusFrame;

struct Fixture {
  bool runs = false;
  Timestamp clock{1'000'000, 50'000'000};
  std::vector<ClientStatus> statuses;
  ClientSession session{[this](const ClientStatus& status) { statuses.push_back(status); },
                        {[this] { return runs; }, [this] { return clock; }}};

  Status StatusWith(std::uint64_t number, State state, Phase phase = Phase::kListening) const {
    Status status;
    status.number = number;
    status.state = state;
    status.since_known = true;
    status.since = status.confirmed = clock;
    status.source.phase = phase;
    return status;
  }
  bool Receive(const Bytes& bytes) { return session.Received(bytes.data(), bytes.size()); }
  bool Receive(const Status& status) {
    Bytes bytes;
    Encode(status, clock, bytes);
    return Receive(bytes);
  }
  template <class Frame>
  bool Receive(const Frame& frame) {
    Bytes bytes;
    Encode(frame, bytes);
    return Receive(bytes);
  }
  void ConnectAgent(State state = State::kOnline) {
    runs = true;
    session.Connected();
    CHECK(Receive(Hello{kChannelVersion, "1.0", "16.0", "Outlook"}));
    CHECK(Receive(StatusWith(1, state)));
  }
  void Pass(std::int64_t ms) {
    clock.unix_ms += ms;
    clock.steady_us += ms * 1000;
    session.OnTimeout();
  }
  Reason reason() const { return statuses.empty() ? Reason::kNone : statuses.back().source.reason; }
};

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports once whether Outlook runs if nobody listens") {
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(statuses.back().detail == "nobody");
  CHECK(statuses.back().number == 0);
  CHECK_FALSE(statuses.back().since_known);
  session.ConnectFailed("nobody");
  session.ConnectFailed("nobody");
  CHECK(statuses.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports a missing agent if Outlook runs and nobody listens") {
  runs = true;
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: checks whether Outlook runs only on request, never periodically") {
  session.ConnectFailed("nobody");
  runs = true;
  session.ConnectFailed("nobody");
  Pass(10'000);
  CHECK(reason() == Reason::kOutlookNotRunning);
  session.ProbeAgain();
  CHECK(reason() == Reason::kAgentMissing);
  session.ProbeAgain();
  CHECK(statuses.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports the agent's status and hello") {
  ConnectAgent();
  Status sent = StatusWith(2, State::kOffline);
  sent.source.notifies_offline = true;
  sent.reading.outbox_items = 1;
  CHECK(Receive(sent));
  REQUIRE(statuses.size() == 2);
  const ClientStatus& status = statuses.back();
  CHECK(status.number == 2);
  CHECK(status.state == State::kOffline);
  CHECK(status.since_known);
  CHECK(status.since.steady_us == clock.steady_us);
  CHECK(status.source.notifies_offline);
  CHECK_FALSE(status.source.notifies_online);
  CHECK(status.agent.outlook == "16.0");
  CHECK(status.reading.outbox_items == 1U);
  session.Closed();
  CHECK(statuses.back().reading.empty());
  CHECK(statuses.back().agent.outlook.empty());
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: accepts a refresh only while an agent that understands it is connected") {
  CHECK_FALSE(session.accepts_refresh());
  session.Connected();
  CHECK(Receive(Hello{}));
  CHECK_FALSE(session.accepts_refresh());
  CHECK(Receive(OlderStatusFrame(StatusWith(1, State::kOnline), clock)));
  CHECK_FALSE(session.accepts_refresh());
  CHECK(Receive(StatusWith(2, State::kOffline)));
  CHECK(session.accepts_refresh());
  session.Closed();
  CHECK_FALSE(session.accepts_refresh());
  session.Connected();
  CHECK(Receive(Hello{}));
  CHECK_FALSE(session.accepts_refresh());
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports an unknown state while the agent does not listen") {
  session.Connected();
  CHECK(Receive(Hello{}));
  CHECK(Receive(StatusWith(1, State::kOnline, Phase::kStarting)));
  CHECK(statuses.back().state == State::kUnknown);
  CHECK_FALSE(statuses.back().since_known);
  CHECK(statuses.back().source.phase == Phase::kStarting);
}

TEST_CASE_FIXTURE(Fixture,
                  "ClientSession: reports an unknown state at once if the channel breaks and Outlook is gone") {
  ConnectAgent();
  runs = false;
  session.Closed();
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(statuses.back().state == State::kUnknown);
  CHECK(statuses.back().since_known);  // seen to begin: when the channel broke
  CHECK(statuses.back().since.steady_us == clock.steady_us);
  CHECK(statuses.back().agent.agent.empty());
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: waits for a killed Outlook to end before it reports a missing agent") {
  ConnectAgent();
  session.Closed();
  CHECK(statuses.back().source.phase == Phase::kStarting);
  CHECK(statuses.back().state == State::kUnknown);
  session.ConnectFailed("nobody");
  Pass(100);
  CHECK(statuses.size() == 2);
  runs = false;
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(statuses.size() == 3);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports a missing agent within 300 ms if Outlook goes on without it") {
  ConnectAgent();
  session.Closed();
  Pass(299);
  CHECK(statuses.back().source.phase == Phase::kStarting);
  CHECK(session.TimeoutMs() <= 2);
  Pass(1);
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(session.TimeoutMs() == -1);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: continues with an agent that comes back during the grace period") {
  ConnectAgent();
  session.Closed();
  session.Connected();
  CHECK(Receive(Hello{}));
  CHECK(Receive(StatusWith(9, State::kOffline)));
  CHECK(statuses.back().state == State::kOffline);
  Pass(10'000);
  CHECK(statuses.back().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: does not extend the grace period by further attempts to connect") {
  ConnectAgent();
  session.Closed();
  for (int tries = 0; tries < 10; ++tries) {
    Pass(29);
    session.Connected();
    session.Closed();
  }
  Pass(10);
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports a missing agent if it accepts the connection and sends nothing") {
  session.Connected();
  CHECK(statuses.empty());
  Pass(300);
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(Receive(Hello{}));  // it was stopped, and goes on
  CHECK(Receive(StatusWith(3, State::kOnline)));
  CHECK(statuses.back().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports stopped and then not running if Outlook announces that it closes") {
  ConnectAgent();
  CHECK(Receive(ShutdownReason::kOutlookClosing));
  CHECK(reason() == Reason::kStopped);
  CHECK(statuses.back().state == State::kUnknown);
  session.Closed();  // although the process is still there
  CHECK(reason() == Reason::kOutlookNotRunning);
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports a missing agent after the add-in was unloaded") {
  ConnectAgent();
  CHECK(Receive(ShutdownReason::kAddInDisconnected));
  CHECK(reason() == Reason::kAgentMissing);
  session.Closed();
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kAgentMissing);
  CHECK(statuses.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: ignores frames after shutdown") {
  ConnectAgent();
  CHECK(Receive(ShutdownReason::kOutlookClosing));
  CHECK(Receive(StatusWith(5, State::kOnline)));
  CHECK(statuses.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports an incompatible agent until another attempt shows something else") {
  runs = true;
  session.Connected();
  Hello hello;
  hello.version = 2;
  CHECK_FALSE(Receive(hello));
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(statuses.back().detail.find("version 2") != std::string::npos);
  session.Closed();
  session.ProbeAgain();
  CHECK(reason() == Reason::kAgentIncompatible);
  session.Connected();
  CHECK_FALSE(Receive(hello));
  session.Closed();
  CHECK(statuses.size() == 1);
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kAgentMissing);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports an incompatible agent at once after malformed bytes") {
  ConnectAgent();
  const Bytes bytes(8, 0xFF);
  CHECK_FALSE(session.Received(bytes.data(), bytes.size()));
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(statuses.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports an incompatible agent if frames come out of order") {
  SUBCASE("a status first") {
    session.Connected();
    CHECK_FALSE(Receive(StatusWith(1, State::kOnline)));
  }
  SUBCASE("shutdown first") {
    session.Connected();
    CHECK_FALSE(Receive(ShutdownReason::kOutlookClosing));
  }
  SUBCASE("a second hello") {
    ConnectAgent();
    CHECK_FALSE(Receive(Hello{}));
  }
  CHECK(reason() == Reason::kAgentIncompatible);
  CHECK(statuses.back().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: reports an untrusted server until it is gone") {
  session.Rejected("user 5");
  CHECK(reason() == Reason::kAgentUntrusted);
  CHECK(statuses.back().detail == "user 5");
  session.Rejected("user 5");
  session.ProbeAgain();
  CHECK(statuses.size() == 1);
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: keeps the beginning of the unknown state when the reason changes") {
  ConnectAgent();
  session.Closed();
  const Timestamp broke = statuses.back().since;
  Pass(300);
  session.Rejected("user 5");
  runs = false;
  session.ConnectFailed("nobody");
  CHECK(reason() == Reason::kOutlookNotRunning);
  CHECK(statuses.back().since.steady_us == broke.steady_us);
  CHECK(statuses.back().since_known);
}

TEST_CASE_FIXTURE(Fixture, "ClientSession: keeps the reason and the slow retry if the agent closes every connection") {
  runs = true;
  session.ConnectFailed("nobody");
  for (int tries = 0; tries < 5; ++tries) {
    session.Connected();
    session.Closed();
    CHECK(session.RetryMs() == 100);
  }
  CHECK(statuses.size() == 1);
}

}  // namespace
}  // namespace offline_state
