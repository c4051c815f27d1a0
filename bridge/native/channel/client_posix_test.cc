// The bridge's end against agents that are not what they should be, and what it does about time.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>

#include <thread>

#include "channel/channel_testing_posix.h"
#include "channel/codec.h"
#include "channel/socket_posix.h"

namespace offline_state {
namespace {

using testing::Recorder;
using testing::RunningOutlook;
using testing::TemporaryHome;
using testing::TestAgent;

using Bytes = std::vector<std::uint8_t>;

Bytes GreetingOf(const Hello& hello, const Picture& picture) {
  Bytes bytes;
  Encode(hello, bytes);
  Encode(picture, bytes);
  return bytes;
}

Picture Online() {
  Picture picture;
  picture.number = 1;
  picture.state = State::kOnline;
  picture.source.phase = Phase::kListening;
  picture.made_us = Now().steady_us;
  return picture;
}

// An agent's end that says what the test wants.
class FakeAgent {
 public:
  explicit FakeAgent(const TemporaryHome& home) {
    std::filesystem::create_directories(home.run());
    listener_ = ListenAt(home.socket(), 8);
  }
  // The next client that connects, within 10 s.
  UniqueFd Accept() {
    pollfd wait{listener_.get(), POLLIN, 0};
    return poll(&wait, 1, 10'000) == 1 ? AcceptFrom(listener_.get()) : UniqueFd();
  }
  static void Say(const UniqueFd& client, const Bytes& bytes) {
    CHECK(send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }

 private:
  UniqueFd listener_;
};

// A bridge's end, whose reports the test awaits.
struct Bridge : Recorder {
  explicit Bridge(const TemporaryHome& home) : client(ChannelClient::Start(home.path(), Listener())) {}
  const std::unique_ptr<ChannelClient> client;
};

TEST_CASE("frames that come one byte at a time are understood") {
  const TemporaryHome home;
  FakeAgent agent(home);
  Bridge bridge(home);
  const UniqueFd client = agent.Accept();
  for (const std::uint8_t byte : GreetingOf(Hello{}, Online())) {
    FakeAgent::Say(client, {byte});
    std::this_thread::yield();
  }
  CHECK(bridge.AwaitState(State::kOnline));
}

TEST_CASE("an agent of another version is incompatible, and one that replaces it is found") {
  const TemporaryHome home;
  {
    FakeAgent agent(home);
    Bridge bridge(home);
    Hello later;
    later.version = 7;
    FakeAgent::Say(agent.Accept(), GreetingOf(later, Online()));
    const auto report =
        bridge.Await([](const Report& told) { return told.source.reason == Reason::kAgentIncompatible; });
    REQUIRE(report);
    CHECK(report->detail.find("version 7") != std::string::npos);
    CHECK(report->state == State::kUnknown);
  }
  Bridge bridge(home);
  TestAgent good(home.path());
  good.Listen();
  good.mailbox->Post(State::kOffline);
  CHECK(bridge.AwaitState(State::kOffline));
}

TEST_CASE("an agent that turns to nonsense loses its state at once") {
  const TemporaryHome home;
  FakeAgent agent(home);
  Bridge bridge(home);
  UniqueFd client = agent.Accept();
  FakeAgent::Say(client, GreetingOf(Hello{}, Online()));
  CHECK(bridge.AwaitState(State::kOnline));
  FakeAgent::Say(client, Bytes(64, 0xEE));
  CHECK(bridge.AwaitReason(Reason::kAgentIncompatible));
  CHECK(bridge.All().back().state == State::kUnknown);
}

TEST_CASE("an agent that takes the connection and says nothing does not keep the bridge starting") {
  const TemporaryHome home;
  FakeAgent agent(home);
  Bridge bridge(home);
  const UniqueFd client = agent.Accept();
  CHECK(bridge.AwaitReason(Reason::kAgentMissing));
  FakeAgent::Say(client, GreetingOf(Hello{}, Online()));
  CHECK(bridge.AwaitState(State::kOnline));
}

TEST_CASE("a channel that breaks while Outlook runs on is an agent that is missing") {
  const TemporaryHome home;
  const RunningOutlook outlook(home);
  auto agent = std::make_unique<FakeAgent>(home);
  Bridge bridge(home);
  UniqueFd client = agent->Accept();
  FakeAgent::Say(client, GreetingOf(Hello{}, Online()));
  CHECK(bridge.AwaitState(State::kOnline));
  agent.reset();
  client.reset();
  CHECK(bridge.AwaitReason(Reason::kAgentMissing));
}

TEST_CASE("a picture that waited while the bridge was busy is as old as it is") {
  const TemporaryHome home;
  FakeAgent agent(home);
  Bridge bridge(home);
  Picture picture = Online();
  picture.age_us = 2'000'000;
  picture.made_us -= 30'000'000;
  const std::int64_t began = picture.made_us - picture.age_us;
  FakeAgent::Say(agent.Accept(), GreetingOf(Hello{}, picture));
  const auto report = bridge.Await([](const Report& told) { return told.state == State::kOnline; });
  REQUIRE(report);
  CHECK(report->since.steady_us == began);
}

TEST_CASE("sends a refresh to an agent that understands it, and nothing to an older one") {
  const TemporaryHome home;
  FakeAgent agent(home);
  Bridge bridge(home);
  const UniqueFd client = agent.Accept();
  FakeAgent::Say(client, GreetingOf(Hello{}, Online()));
  REQUIRE(bridge.AwaitState(State::kOnline));
  bridge.client->Refresh();
  Picture newer = Online();
  newer.confirmed_age_us = 0;
  newer.state = State::kOffline;
  FakeAgent::Say(client, GreetingOf(Hello{}, newer));  // a second hello: closes it
  REQUIRE(bridge.AwaitReason(Reason::kAgentIncompatible));
  pollfd wait{client.get(), POLLIN, 0};
  REQUIRE(poll(&wait, 1, 10'000) == 1);
  std::uint8_t bytes[64];
  CHECK(recv(client.get(), bytes, sizeof bytes, 0) == 0);  // nothing was said before the end

  const UniqueFd again = agent.Accept();
  FakeAgent::Say(again, GreetingOf(Hello{}, newer));
  REQUIRE(bridge.AwaitState(State::kOffline));
  bridge.client->Refresh();
  wait.fd = again.get();
  REQUIRE(poll(&wait, 1, 10'000) == 1);
  CHECK(recv(again.get(), bytes, sizeof bytes, 0) == 8);
  CHECK(bytes[4] == 16);
}

TEST_CASE("a refresh while the agent is leaving looks again whether Outlook runs, once it has left") {
  const TemporaryHome home;
  RunningOutlook outlook(home);
  auto agent = std::make_unique<FakeAgent>(home);
  Bridge bridge(home);
  UniqueFd client = agent->Accept();
  Picture newer = Online();
  newer.confirmed_age_us = 0;
  Bytes bytes = GreetingOf(Hello{}, newer);
  Encode(Goodbye::kAddInDisconnected, bytes);
  FakeAgent::Say(client, bytes);
  REQUIRE(bridge.AwaitReason(Reason::kAgentMissing));
  outlook.End();
  bridge.client->Refresh();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // a client that forgets it has done so by now
  std::filesystem::remove(home.socket());
  agent.reset();
  client.reset();
  CHECK(bridge.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("stops at once in every situation, and says nothing afterwards") {
  const TemporaryHome home;
  const auto stop = [](Bridge& bridge) {
    bridge.client->Stop();
    bridge.client->Stop();
    const std::size_t said = bridge.All().size();
    bridge.client->Refresh();
    CHECK(bridge.All().size() == said);
  };
  SUBCASE("right after the start") {
    Bridge bridge(home);
    stop(bridge);
  }
  SUBCASE("while nobody is there") {
    Bridge bridge(home);
    CHECK(bridge.AwaitReason(Reason::kOutlookNotRunning));
    stop(bridge);
  }
  SUBCASE("while an agent is followed") {
    TestAgent agent(home.path());
    Bridge bridge(home);
    CHECK(bridge.Await([](const Report&) { return true; }));
    stop(bridge);
    agent.Listen();
  }
  SUBCASE("while an agent says nothing") {
    FakeAgent agent(home);
    Bridge bridge(home);
    const UniqueFd client = agent.Accept();
    stop(bridge);
  }
}

TEST_CASE("a home that is no path is refused by name") {
  CHECK_THROWS_WITH_AS(ChannelClient::Start("", [](const Report&) {}), doctest::Contains("OUTLOOK_OFFLINE_STATE_HOME"),
                       std::runtime_error);
}

}  // namespace
}  // namespace offline_state
