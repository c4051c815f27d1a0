// Both ends of the channel over real sockets, with their real threads.
#include <doctest/doctest.h>

#include "channel/posix/channel_testing.h"

namespace offline_state {
namespace {

using testing::OutlookLock;
using testing::StatusLog;
using testing::TemporaryDirectory;
using testing::TestAgent;

TEST_CASE("channel: reports the current status to a bridge that comes after the agent, then each change") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  agent.Listen();
  agent.Change(State::kOnline);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  const auto first = log.AwaitAny();
  REQUIRE(first);
  CHECK(first->state == State::kOnline);
  CHECK(first->source.phase == Phase::kListening);
  CHECK(first->source.notifies_online);
  CHECK(first->source.notifies_offline);
  CHECK(first->agent.agent == "1.2.3");
  CHECK(first->agent.outlook == "16.0.1");
  CHECK(first->agent.profile == "Outlook");
  CHECK(first->since_known);
  agent.Change(State::kOffline);
  const auto second = log.AwaitAny();
  REQUIRE(second);
  CHECK(second->state == State::kOffline);
  CHECK(second->number == first->number + 1);
}

TEST_CASE("channel: finds an agent that comes after the bridge, and each one that replaces it") {
  const TemporaryDirectory data_directory;
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
  for (int life = 0; life < 3; ++life) {
    TestAgent agent(data_directory.path());
    agent.Listen();
    agent.Change(State::kOffline);
    CHECK(log.AwaitState(State::kOffline));
    agent.server->Stop(ShutdownReason::kOutlookClosing);
    CHECK(log.AwaitReason(Reason::kStopped));
    CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
  }
}

TEST_CASE("channel: reports the last status and then a missing agent when the add-in is unloaded") {
  const TemporaryDirectory data_directory;
  OutlookLock outlook(data_directory);
  TestAgent agent(data_directory.path());
  agent.Listen();
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  REQUIRE(log.AwaitAny());
  agent.Change(State::kOnline);
  agent.server->Stop(ShutdownReason::kAddInDisconnected);
  CHECK(log.AwaitState(State::kOnline));
  CHECK(log.AwaitReason(Reason::kAgentMissing));
  CHECK(log.All().back().state == State::kUnknown);
}

TEST_CASE("channel: reports each change to every connected bridge") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  agent.Listen();
  StatusLog first;
  StatusLog second;
  const auto client_one = ChannelClient::Start(data_directory.path(), first.Listener());
  auto client_two = ChannelClient::Start(data_directory.path(), second.Listener());
  REQUIRE(first.AwaitAny());
  REQUIRE(second.AwaitAny());
  agent.Change(State::kOnline);
  CHECK(first.AwaitState(State::kOnline));
  CHECK(second.AwaitState(State::kOnline));
  client_two.reset();
  agent.Change(State::kOffline);
  CHECK(first.AwaitState(State::kOffline));
}

TEST_CASE("channel: checks again whether Outlook runs without the agent on refresh") {
  const TemporaryDirectory data_directory;
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
  OutlookLock outlook(data_directory);
  client->Refresh();
  CHECK(log.AwaitReason(Reason::kAgentMissing));
  outlook.End();
  client->Refresh();
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("channel: finds an Outlook that runs without the agent at the start") {
  const TemporaryDirectory data_directory;
  OutlookLock outlook(data_directory);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  const auto first = log.AwaitAny();
  REQUIRE(first);
  CHECK(first->source.reason == Reason::kAgentMissing);
  CHECK_FALSE(first->since_known);
}

TEST_CASE("channel: delivers a burst of changes in order, ending with the newest") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  agent.Listen();
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  REQUIRE(log.AwaitAny());
  for (int change = 0; change < 20'000; ++change) {
    agent.Change(change % 2 == 0 ? State::kOffline : State::kOnline);
  }
  const std::uint64_t last = agent.status->Get().number;
  CHECK(log.Await([=](const ClientStatus& report) { return report.number == last; }));
  std::uint64_t before = 0;
  for (const ClientStatus& report : log.All()) {
    CHECK(report.number > before);
    before = report.number;
  }
  CHECK(log.All().back().state == State::kOnline);
}

#ifdef __linux__
TEST_CASE("channel: works in a data directory whose path is longer than a socket's name can be") {
  const TemporaryDirectory data_directory(std::string(100, 'a') + "/" + std::string(100, 'b'));
  TestAgent agent(data_directory.path());
  agent.Listen();
  agent.Change(State::kOffline);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory.path(), log.Listener());
  CHECK(log.AwaitState(State::kOffline));
}
#endif

}  // namespace
}  // namespace offline_state
