// The whole agent, between a scripted MAPI and a real channel client.
#include "agent/agent.h"

#include <doctest/doctest.h>

#include "agent/version.h"
#include "channel/posix/channel_testing.h"
#include "mapi/scripted_mapi.h"

namespace offline_state {
namespace {

using testing::StatusLog;
using testing::TemporaryDirectory;

struct Fixture {
  TemporaryDirectory data_directory;
  ScriptedMapi mapi;
  StatusLog log;
  Agent agent;
  std::unique_ptr<ChannelClient> bridge = ChannelClient::Start(data_directory.path(), log.Listener());

  AgentOptions Options() const { return {data_directory.path(), "16.0.1", u"Caf\u00E9", ScriptedMapi::Open}; }
};

TEST_CASE_FIXTURE(Fixture, "Agent: sends what MAPI notifies to the bridge") {
  CHECK(agent.Connect(Options()));
  const auto first = log.Await([](const ClientStatus& report) { return report.state == State::kOnline; });
  REQUIRE(first);
  CHECK(first->agent.agent == AgentVersion());
  CHECK(first->agent.outlook == "16.0.1");
  CHECK(first->agent.profile == "Caf\xC3\xA9");
  CHECK(first->source.notifies_online);
  CHECK(mapi.profile == u"Caf\u00E9");
  mapi.Notify(MAPIOFFLINE_STATE_OFFLINE);
  CHECK(log.AwaitState(State::kOffline));
}

TEST_CASE_FIXTURE(Fixture, "Agent: sends no state before it listens or after it has stopped") {
  mapi.during_advise = [this] {
    mapi.Notify(MAPIOFFLINE_STATE_OFFLINE);
    mapi.Notify(MAPIOFFLINE_STATE_ONLINE);
  };
  mapi.keeps_callback = true;
  CHECK(agent.Connect(Options()));
  CHECK(log.AwaitState(State::kOnline));
  agent.Disconnect(ShutdownReason::kOutlookClosing);
  mapi.Notify(MAPIOFFLINE_STATE_OFFLINE);
  CHECK(log.AwaitReason(Reason::kStopped));
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
  for (const ClientStatus& report : log.All()) {
    CHECK((report.state == State::kUnknown || report.source.phase == Phase::kListening));
    CHECK(report.state != State::kOffline);  // it was over before the agent listened, and after it had stopped
  }
  mapi.callback = {};
}

TEST_CASE_FIXTURE(Fixture, "Agent: sends reason and code of a failure") {
  AgentOptions options = Options();
  SUBCASE("no MAPI") {
    options.open = nullptr;
    CHECK(agent.Connect(options));
    CHECK(log.AwaitReason(Reason::kMapiMissing));
  }
  SUBCASE("MAPI refuses") {
    mapi.open_result = MAPI_E_NOT_FOUND;
    CHECK(agent.Connect(options));
    const auto report =
        log.Await([](const ClientStatus& candidate) { return candidate.source.reason == Reason::kOpenFailed; });
    REQUIRE(report);
    CHECK(static_cast<std::uint32_t>(report->source.code) == 0x8004010F);
  }
}

TEST_CASE_FIXTURE(Fixture, "Agent: disconnects once, unadvises before shutdown, and can connect again") {
  CHECK(agent.Connect(Options()));
  CHECK(agent.Connect(Options()));  // already
  CHECK(log.AwaitState(State::kOnline));
  agent.Disconnect(ShutdownReason::kAddInDisconnected);
  agent.Disconnect(ShutdownReason::kOutlookClosing);
  CHECK(log.AwaitReason(Reason::kStopped));
  CHECK(log.AwaitReason(Reason::kAgentMissing));
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.references == 0);
  CHECK(agent.Connect(Options()));
  CHECK(log.AwaitState(State::kOnline));
}

TEST_CASE_FIXTURE(Fixture, "Agent: does not use MAPI if there is no channel, and returns the reason") {
  Agent first;
  CHECK(first.Connect(Options()));
  const std::size_t calls = mapi.calls.size();
  CHECK_FALSE(agent.Connect(Options()));
  CHECK(agent.error().find(data_directory.socket()) != std::string::npos);
  CHECK(mapi.calls.size() == calls);
  agent.Disconnect(ShutdownReason::kOutlookClosing);
}

TEST_CASE_FIXTURE(Fixture, "Agent: sends kOutlookClosing in its destructor") {
  {
    Agent brief;
    CHECK(brief.Connect(Options()));
    CHECK(log.AwaitState(State::kOnline));
  }
  CHECK(log.AwaitReason(Reason::kStopped));
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
}

}  // namespace
}  // namespace offline_state
