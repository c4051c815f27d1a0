// Both ends of the channel over real sockets, with their real threads.
#include <doctest/doctest.h>

#include "channel/channel_testing_posix.h"

namespace offline_state {
namespace {

using testing::Recorder;
using testing::RunningOutlook;
using testing::TemporaryHome;
using testing::TestAgent;

TEST_CASE("a bridge that comes after the agent hears the present picture first, then each change") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  agent.Listen();
  agent.mailbox->Post(State::kOnline);
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  const auto first = recorder.Await([](const Report&) { return true; });
  REQUIRE(first);
  CHECK(first->state == State::kOnline);
  CHECK(first->source.phase == Phase::kListening);
  CHECK(first->source.notifies_online);
  CHECK(first->source.notifies_offline);
  CHECK(first->agent.agent == "1.2.3");
  CHECK(first->agent.outlook == "16.0.1");
  CHECK(first->agent.profile == "Outlook");
  CHECK(first->since_known);
  agent.mailbox->Post(State::kOffline);
  const auto second = recorder.Await([](const Report&) { return true; });
  REQUIRE(second);
  CHECK(second->state == State::kOffline);
  CHECK(second->number == first->number + 1);
}

TEST_CASE("an agent that comes after the bridge is found, and found again when it is replaced") {
  const TemporaryHome home;
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
  for (int life = 0; life < 3; ++life) {
    TestAgent agent(home.path());
    agent.Listen();
    agent.mailbox->Post(State::kOffline);
    CHECK(recorder.AwaitState(State::kOffline));
    agent.server->Stop(Goodbye::kOutlookCloses);
    CHECK(recorder.AwaitReason(Reason::kStopped));
    CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
  }
}

TEST_CASE("when the add-in is unloaded the agent is missing, and pictures from before the goodbye arrive") {
  const TemporaryHome home;
  RunningOutlook outlook(home);
  TestAgent agent(home.path());
  agent.Listen();
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  REQUIRE(recorder.Await([](const Report&) { return true; }));
  agent.mailbox->Post(State::kOnline);
  agent.server->Stop(Goodbye::kAddInDisconnected);
  CHECK(recorder.AwaitState(State::kOnline));
  CHECK(recorder.AwaitReason(Reason::kAgentMissing));
  CHECK(recorder.All().back().state == State::kUnknown);
}

TEST_CASE("every bridge that is connected hears every change") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  agent.Listen();
  Recorder first;
  Recorder second;
  const auto client_one = ChannelClient::Start(home.path(), first.Listener());
  auto client_two = ChannelClient::Start(home.path(), second.Listener());
  REQUIRE(first.Await([](const Report&) { return true; }));
  REQUIRE(second.Await([](const Report&) { return true; }));
  agent.mailbox->Post(State::kOnline);
  CHECK(first.AwaitState(State::kOnline));
  CHECK(second.AwaitState(State::kOnline));
  client_two.reset();
  agent.mailbox->Post(State::kOffline);
  CHECK(first.AwaitState(State::kOffline));
}

TEST_CASE("looks again whether Outlook runs without the agent when it is asked to") {
  const TemporaryHome home;
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
  RunningOutlook outlook(home);
  client->Refresh();
  CHECK(recorder.AwaitReason(Reason::kAgentMissing));
  outlook.End();
  client->Refresh();
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("finds an Outlook that runs without the agent at the start") {
  const TemporaryHome home;
  RunningOutlook outlook(home);
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  const auto first = recorder.Await([](const Report&) { return true; });
  REQUIRE(first);
  CHECK(first->source.reason == Reason::kAgentMissing);
  CHECK_FALSE(first->since_known);
}

TEST_CASE("a burst of changes arrives in order and ends on the newest") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  agent.Listen();
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  REQUIRE(recorder.Await([](const Report&) { return true; }));
  // More than the server keeps for a client that does not come to read meanwhile.
  for (int change = 0; change < 20'000; ++change) {
    agent.mailbox->Post(change % 2 == 0 ? State::kOffline : State::kOnline);
  }
  const std::uint64_t last = agent.mailbox->present().number;
  CHECK(recorder.Await([=](const Report& report) { return report.number == last; }));
  std::uint64_t before = 0;
  for (const Report& report : recorder.All()) {
    CHECK(report.number > before);
    before = report.number;
  }
  CHECK(recorder.All().back().state == State::kOnline);
}

#ifdef __linux__
TEST_CASE("a home whose path is longer than a socket's name can be is served all the same") {
  const TemporaryHome home(std::string(100, 'a') + "/" + std::string(100, 'b'));
  TestAgent agent(home.path());
  agent.Listen();
  agent.mailbox->Post(State::kOffline);
  Recorder recorder;
  const auto client = ChannelClient::Start(home.path(), recorder.Listener());
  CHECK(recorder.AwaitState(State::kOffline));
}
#endif

}  // namespace
}  // namespace offline_state
