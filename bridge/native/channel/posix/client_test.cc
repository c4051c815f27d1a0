// The bridge's end against agents that are not what they should be, and what it does about time.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "channel/frame.h"
#include "channel/posix/channel_testing.h"
#include "channel/posix/socket.h"

namespace offline_state {
namespace {

using testing::OutlookLock;
using testing::StatusLog;
using testing::TemporaryDirectory;
using testing::TestAgent;

using Bytes = std::vector<std::uint8_t>;

// Hello and a status, as an agent sends them to a new client.
Bytes HelloAnd(const Status& status, const Hello& hello = {}, const Timestamp& sent = Now()) {
  Bytes bytes;
  Encode(hello, bytes);
  Encode(status, sent, bytes);
  return bytes;
}

Status Online() {
  Status status;
  status.number = 1;
  status.state = State::kOnline;
  status.source.phase = Phase::kListening;
  status.since = status.confirmed = Now();
  return status;
}

// An agent's end that sends what the test wants.
class FakeAgent {
 public:
  explicit FakeAgent(const TemporaryDirectory& data_directory) {
    std::filesystem::create_directories(data_directory.run());
    listener_ = ListenAt(data_directory.socket(), 8);
  }
  // The next client that connects, within 10 s.
  UniqueFd Accept() {
    pollfd wait{listener_.get(), POLLIN, 0};
    return poll(&wait, 1, 10'000) == 1 ? AcceptFrom(listener_.get()) : UniqueFd();
  }
  static void Send(const UniqueFd& client, const Bytes& bytes) {
    CHECK(send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  UniqueFd listener_;
};

// A bridge's end, whose statuses the test awaits.
struct Bridge : StatusLog {
  explicit Bridge(const TemporaryDirectory& data_directory)
      : client(ChannelClient::Start(data_directory.path(), Listener())) {}
  const std::unique_ptr<ChannelClient> client;
};

TEST_CASE("ChannelClient: understands frames that come one byte at a time") {
  const TemporaryDirectory data_directory;
  FakeAgent agent(data_directory);
  Bridge bridge(data_directory);
  const UniqueFd client = agent.Accept();
  for (const std::uint8_t byte : HelloAnd(Online())) {
    FakeAgent::Send(client, {byte});
    std::this_thread::yield();
  }
  CHECK(bridge.AwaitState(State::kOnline));
}

TEST_CASE("ChannelClient: reports an agent of another version, and finds the one that replaces it") {
  const TemporaryDirectory data_directory;
  {
    FakeAgent agent(data_directory);
    Bridge bridge(data_directory);
    Hello later;
    later.version = 7;
    FakeAgent::Send(agent.Accept(), HelloAnd(Online(), later));
    const auto report = bridge.Await(
        [](const ClientStatus& candidate) { return candidate.source.reason == Reason::kAgentIncompatible; });
    REQUIRE(report);
    CHECK(report->detail.find("version 7") != std::string::npos);
    CHECK(report->state == State::kUnknown);
  }
  Bridge bridge(data_directory);
  TestAgent good(data_directory.path());
  good.Listen();
  good.Change(State::kOffline);
  CHECK(bridge.AwaitState(State::kOffline));
}

TEST_CASE("ChannelClient: drops the state at once if the agent sends malformed bytes") {
  const TemporaryDirectory data_directory;
  FakeAgent agent(data_directory);
  Bridge bridge(data_directory);
  UniqueFd client = agent.Accept();
  FakeAgent::Send(client, HelloAnd(Online()));
  CHECK(bridge.AwaitState(State::kOnline));
  FakeAgent::Send(client, Bytes(64, 0xEE));
  CHECK(bridge.AwaitReason(Reason::kAgentIncompatible));
  CHECK(bridge.All().back().state == State::kUnknown);
}

TEST_CASE("ChannelClient: reports a missing agent if it accepts the connection and sends nothing") {
  const TemporaryDirectory data_directory;
  FakeAgent agent(data_directory);
  Bridge bridge(data_directory);
  const UniqueFd client = agent.Accept();
  CHECK(bridge.AwaitReason(Reason::kAgentMissing));
  FakeAgent::Send(client, HelloAnd(Online()));
  CHECK(bridge.AwaitState(State::kOnline));
}

TEST_CASE("ChannelClient: reports a missing agent if the channel breaks while Outlook runs") {
  const TemporaryDirectory data_directory;
  const OutlookLock outlook(data_directory);
  auto agent = std::make_unique<FakeAgent>(data_directory);
  Bridge bridge(data_directory);
  UniqueFd client = agent->Accept();
  FakeAgent::Send(client, HelloAnd(Online()));
  CHECK(bridge.AwaitState(State::kOnline));
  agent.reset();
  client.reset();
  CHECK(bridge.AwaitReason(Reason::kAgentMissing));
}

TEST_CASE("ChannelClient: adds the delay of a status that was read late to its age") {
  const TemporaryDirectory data_directory;
  FakeAgent agent(data_directory);
  Bridge bridge(data_directory);
  Status status = Online();
  const Timestamp sent{0, Now().steady_us - 30'000'000};
  status.since.steady_us = sent.steady_us - 2'000'000;
  FakeAgent::Send(agent.Accept(), HelloAnd(status, Hello{}, sent));
  const auto report = bridge.Await([](const ClientStatus& candidate) { return candidate.state == State::kOnline; });
  REQUIRE(report);
  CHECK(report->since.steady_us == status.since.steady_us);
}

TEST_CASE("ChannelClient: sends refresh to an agent that understands it, and nothing to an older one") {
  const TemporaryDirectory data_directory;
  FakeAgent agent(data_directory);
  Bridge bridge(data_directory);
  const UniqueFd client = agent.Accept();
  Bytes older;
  Encode(Hello{}, older);
  const Bytes older_status = testing::OlderStatusFrame(Online(), Now());
  older.insert(older.end(), older_status.begin(), older_status.end());
  FakeAgent::Send(client, older);
  REQUIRE(bridge.AwaitState(State::kOnline));
  bridge.client->Refresh();
  Status newer = Online();
  newer.state = State::kOffline;
  FakeAgent::Send(client, HelloAnd(newer));  // a second hello closes the channel
  REQUIRE(bridge.AwaitReason(Reason::kAgentIncompatible));
  pollfd wait{client.get(), POLLIN, 0};
  REQUIRE(poll(&wait, 1, 10'000) == 1);
  std::uint8_t bytes[64];
  CHECK(recv(client.get(), bytes, sizeof bytes, 0) == 0);  // nothing was sent before the end

  const UniqueFd again = agent.Accept();
  FakeAgent::Send(again, HelloAnd(newer));
  REQUIRE(bridge.AwaitState(State::kOffline));
  bridge.client->Refresh();
  wait.fd = again.get();
  REQUIRE(poll(&wait, 1, 10'000) == 1);
  CHECK(recv(again.get(), bytes, sizeof bytes, 0) == 8);
  CHECK(bytes[4] == 16);
}

TEST_CASE("ChannelClient: checks whether Outlook runs if a refresh comes while the agent shuts down") {
  const TemporaryDirectory data_directory;
  OutlookLock outlook(data_directory);
  auto agent = std::make_unique<FakeAgent>(data_directory);
  Bridge bridge(data_directory);
  UniqueFd client = agent->Accept();
  Bytes bytes = HelloAnd(Online());
  Encode(ShutdownReason::kAddInDisconnected, bytes);
  FakeAgent::Send(client, bytes);
  REQUIRE(bridge.AwaitReason(Reason::kAgentMissing));
  outlook.End();
  bridge.client->Refresh();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // long enough for a refresh that is lost to be lost
  std::filesystem::remove(data_directory.socket());
  agent.reset();
  client.reset();
  CHECK(bridge.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("ChannelClient: stops at once in every situation, and reports nothing afterwards") {
  const TemporaryDirectory data_directory;
  const auto stop = [](Bridge& bridge) {
    bridge.client->Stop();
    bridge.client->Stop();
    const std::size_t count = bridge.All().size();
    bridge.client->Refresh();
    CHECK(bridge.All().size() == count);
  };
  SUBCASE("right after the start") {
    Bridge bridge(data_directory);
    stop(bridge);
  }
  SUBCASE("while there is no agent") {
    Bridge bridge(data_directory);
    CHECK(bridge.AwaitReason(Reason::kOutlookNotRunning));
    stop(bridge);
  }
  SUBCASE("while an agent is connected") {
    TestAgent agent(data_directory.path());
    Bridge bridge(data_directory);
    CHECK(bridge.AwaitAny());
    stop(bridge);
    agent.Listen();
  }
  SUBCASE("while an agent sends nothing") {
    FakeAgent agent(data_directory);
    Bridge bridge(data_directory);
    const UniqueFd client = agent.Accept();
    stop(bridge);
  }
}

TEST_CASE("ChannelClient: refuses an invalid data directory with a message that names the variable") {
  CHECK_THROWS_WITH_AS(ChannelClient::Start("", [](const ClientStatus&) {}),
                       doctest::Contains("OUTLOOK_OFFLINE_STATE_HOME"), std::runtime_error);
}

}  // namespace
}  // namespace offline_state
