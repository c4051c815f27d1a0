// The whole agent, between a scripted MAPI and a real bridge's end.
#include <doctest/doctest.h>

#include "agent/agent.h"
#include "agent/version.h"
#include "channel/channel_testing_posix.h"
#include "mapi/scripted_mapi.h"

namespace offline_state {
namespace {

using testing::Recorder;
using testing::TemporaryHome;

struct Fixture {
  TemporaryHome home;
  ScriptedMapi mapi;
  Recorder recorder;
  Agent agent;
  std::unique_ptr<ChannelClient> bridge = ChannelClient::Start(home.path(), recorder.Listener());

  AgentOptions Options() const { return {home.path(), "16.0.1", u"Caf\u00E9", ScriptedMapi::Open}; }
};

TEST_CASE_FIXTURE(Fixture, "what MAPI notifies arrives at the bridge") {
  CHECK(agent.Connect(Options()));
  const auto first = recorder.Await([](const Report& report) { return report.state == State::kOnline; });
  REQUIRE(first);
  CHECK(first->agent.agent == AgentVersion());
  CHECK(first->agent.outlook == "16.0.1");
  CHECK(first->agent.profile == "Caf\xC3\xA9");
  CHECK(first->source.notifies_online);
  CHECK(mapi.profile == u"Caf\u00E9");
  mapi.Say(MAPIOFFLINE_STATE_OFFLINE);
  CHECK(recorder.AwaitState(State::kOffline));
}

TEST_CASE_FIXTURE(Fixture, "no state is ever told before the agent listens, nor after it has stopped") {
  mapi.during_advise = [this] {
    mapi.Say(MAPIOFFLINE_STATE_OFFLINE);
    mapi.Say(MAPIOFFLINE_STATE_ONLINE);
  };
  mapi.keeps_callback = true;
  CHECK(agent.Connect(Options()));
  CHECK(recorder.AwaitState(State::kOnline));
  agent.Disconnect(Goodbye::kOutlookCloses);
  mapi.Say(MAPIOFFLINE_STATE_OFFLINE);
  CHECK(recorder.AwaitReason(Reason::kStopped));
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
  for (const Report& report : recorder.All()) {
    CHECK((report.state == State::kUnknown || report.source.phase == Phase::kListening));
    CHECK(report.state != State::kOffline);  // it was over before the agent listened, and after it had stopped
  }
  mapi.callback = {};
}

TEST_CASE_FIXTURE(Fixture, "what fails is told on the channel with its reason and code") {
  AgentOptions options = Options();
  SUBCASE("no MAPI") {
    options.open = nullptr;
    CHECK(agent.Connect(options));
    CHECK(recorder.AwaitReason(Reason::kMapiMissing));
  }
  SUBCASE("MAPI refuses") {
    mapi.open_result = MAPI_E_NOT_FOUND;
    CHECK(agent.Connect(options));
    const auto report = recorder.Await([](const Report& told) { return told.source.reason == Reason::kOpenFailed; });
    REQUIRE(report);
    CHECK(static_cast<std::uint32_t>(report->source.code) == 0x8004010F);
  }
}

TEST_CASE_FIXTURE(Fixture, "disconnects once, unadvises before it says goodbye, and can connect again") {
  CHECK(agent.Connect(Options()));
  CHECK(agent.Connect(Options()));  // already
  CHECK(recorder.AwaitState(State::kOnline));
  agent.Disconnect(Goodbye::kAddInDisconnected);
  agent.Disconnect(Goodbye::kOutlookCloses);
  CHECK(recorder.AwaitReason(Reason::kStopped));
  CHECK(recorder.AwaitReason(Reason::kAgentMissing));
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.references == 0);
  CHECK(agent.Connect(Options()));
  CHECK(recorder.AwaitState(State::kOnline));
}

TEST_CASE_FIXTURE(Fixture, "an agent without a channel leaves MAPI alone and says why") {
  Agent first;
  CHECK(first.Connect(Options()));
  const std::size_t calls = mapi.calls.size();
  CHECK_FALSE(agent.Connect(Options()));
  CHECK(agent.error().find(home.socket()) != std::string::npos);
  CHECK(mapi.calls.size() == calls);
  agent.Disconnect(Goodbye::kOutlookCloses);
}

TEST_CASE_FIXTURE(Fixture, "its end is a slow shutdown of Outlook") {
  {
    Agent brief;
    CHECK(brief.Connect(Options()));
    CHECK(recorder.AwaitState(State::kOnline));
  }
  CHECK(recorder.AwaitReason(Reason::kStopped));
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
}

}  // namespace
}  // namespace offline_state
