#include "channel/server_session.h"

#include <doctest/doctest.h>

#include "channel/channel_testing.h"

namespace offline_state {
namespace {

using testing::kListening;

struct Fixture {
  int requests = 0;
  std::shared_ptr<LatestValue<Status>> status = std::make_shared<LatestValue<Status>>([] {});
  ServerSession session{Hello{kChannelVersion, "1.0", "16.0", "Outlook"}, status, [this] { ++requests; }};

  void Publish(State state, bool since_known = true, const Source& source = kListening) {
    status->Update([&](Status& current) {
      if (state != current.state) {
        current.state = state;
        current.since.steady_us += 1000;
        current.since_known = since_known;
      }
      current.source = source;
      return ++current.number > 0;
    });
    if (session.TakeStatus()) session.RequestReading();
  }

  // The frames that the client is sent, while it takes `bytes` at a time.
  std::vector<AgentFrame> Receive(ServerSession::Client& client, std::size_t bytes = SIZE_MAX) const {
    AgentFrameDecoder decoder;
    while (session.Prepare(client)) {
      const std::size_t count = std::min(bytes, client.size());
      decoder.Feed(client.data(), count);
      client.Sent(count);
    }
    std::vector<AgentFrame> frames;
    Decoded<AgentFrame> next = decoder.Next(Now());
    for (; std::holds_alternative<AgentFrame>(next); next = decoder.Next(Now())) {
      frames.push_back(std::get<AgentFrame>(next));
    }
    return frames;
  }
};

TEST_CASE_FIXTURE(Fixture, "ServerSession: sends a new client hello and the current status, once") {
  ServerSession::Client client;
  const auto frames = Receive(client, 7);
  REQUIRE(frames.size() == 2);
  CHECK(std::get<Hello>(frames[0]).profile == "Outlook");
  CHECK(std::get<Status>(frames[1]).number == 0);
  CHECK(std::get<Status>(frames[1]).source.phase == Phase::kStarting);
  CHECK(Receive(client).empty());
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: sends every client each new status once") {
  ServerSession::Client first;
  ServerSession::Client second;
  Receive(first);
  Receive(second);
  for (const State state : {State::kOnline, State::kOffline}) {
    Publish(state);
    for (ServerSession::Client* client : {&first, &second}) {
      const auto frames = Receive(*client);
      REQUIRE(frames.size() == 1);
      CHECK(std::get<Status>(frames[0]).state == state);
      CHECK(Receive(*client).empty());
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: sends a client that was slow only the newest status") {
  ServerSession::Client client;
  Receive(client);
  for (int change = 0; change < 1000; ++change) Publish(change % 2 == 0 ? State::kOnline : State::kOffline);
  const auto frames = Receive(client);
  REQUIRE(frames.size() == 1);
  CHECK(std::get<Status>(frames[0]).number == 1000);
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: completes the frame under way before the newest status") {
  ServerSession::Client client;
  Receive(client);
  Publish(State::kOnline);
  REQUIRE(session.Prepare(client));
  std::vector<std::uint8_t> bytes(client.data(), client.data() + 10);
  client.Sent(10);
  Publish(State::kOffline);
  AgentFrameDecoder decoder;
  decoder.Feed(bytes.data(), bytes.size());
  std::vector<State> states;
  while (session.Prepare(client)) {
    decoder.Feed(client.data(), client.size());
    client.Sent(client.size());
    const Decoded<AgentFrame> decoded = decoder.Next(Now());
    REQUIRE(std::holds_alternative<AgentFrame>(decoded));
    states.push_back(std::get<Status>(std::get<AgentFrame>(decoded)).state);
  }
  CHECK(states == std::vector<State>{State::kOnline, State::kOffline});
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: sends the newest status and then shutdown as the last frames") {
  ServerSession::Client client;
  Receive(client);
  Publish(State::kOnline);
  session.Shutdown(ShutdownReason::kAddInDisconnected);
  const auto frames = Receive(client);
  REQUIRE(frames.size() == 2);
  CHECK(std::get<Status>(frames[0]).state == State::kOnline);
  CHECK(std::get<ShutdownReason>(frames[1]) == ShutdownReason::kAddInDisconnected);
  CHECK(Receive(client).empty());
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: requests a reading after a notified change, not after one that was read") {
  Publish(State::kUnknown);
  CHECK(requests == 0);
  Publish(State::kOnline);
  CHECK(requests == 1);
  Publish(State::kOnline);  // a confirmation, or another capability
  CHECK(requests == 1);
  Publish(State::kOffline, /*since_known=*/false);
  CHECK(requests == 1);
  Publish(State::kUnknown, /*since_known=*/true, {Phase::kUnavailable, Reason::kStopped, 0, false, false});
  CHECK(requests == 1);
}

TEST_CASE_FIXTURE(
    Fixture, "ServerSession: requests a reading after a notified change even if the state is back to what it was") {
  Publish(State::kOnline);
  status->Update([](Status& current) {
    current.since.steady_us += 2000;  // online, offline, online
    current.number += 2;
    return true;
  });
  CHECK(session.TakeStatus());
}

TEST_CASE_FIXTURE(Fixture, "ServerSession: requests a reading for each refresh, and refuses malformed bytes") {
  ServerSession::Client client;
  std::vector<std::uint8_t> bytes;
  Encode(Refresh{}, bytes);
  Encode(Refresh{}, bytes);
  for (const std::uint8_t byte : bytes) CHECK(session.Received(client, &byte, 1));
  CHECK(requests == 2);
  const std::vector<std::uint8_t> malformed(8, 0xFF);
  CHECK_FALSE(session.Received(client, malformed.data(), malformed.size()));
  CHECK(requests == 2);
}

}  // namespace
}  // namespace offline_state
