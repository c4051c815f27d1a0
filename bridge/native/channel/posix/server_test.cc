// The agent's end against clients that misbehave.
#include "channel/server.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <memory>
#include <thread>

#include "channel/frame.h"
#include "channel/posix/channel_testing.h"
#include "channel/posix/socket.h"
#include "core/latest_value.h"
#include "core/wake_event.h"

namespace offline_state {
namespace {

using testing::TemporaryDirectory;
using testing::TestAgent;

// A client that reads only when the test wants it.
class RawClient {
 public:
  explicit RawClient(const TemporaryDirectory& data_directory) : fd_(ConnectTo(data_directory.socket())) {}

  bool connected() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }

  // Reads until the status with this number, or the end; false at the end. Waits for at most 10 s.
  bool ReadTo(std::uint64_t number) {
    for (;;) {
      const Decoded<AgentFrame> decoded = decoder_.Next(Now());
      if (const auto* frame = std::get_if<AgentFrame>(&decoded)) {
        const auto* status = std::get_if<Status>(frame);
        if (status == nullptr) continue;
        ++statuses_;
        if (status->number == number) return true;
        continue;
      }
      if (!std::holds_alternative<NeedMore>(decoded) || !Read()) return false;
    }
  }
  std::size_t statuses() const { return statuses_; }
  bool ReadToEnd() {
    while (Read()) {
    }
    return ended_;
  }

 private:
  bool Read() {
    pollfd wait{fd_.get(), POLLIN, 0};
    if (poll(&wait, 1, 10'000) != 1) return false;
    std::uint8_t bytes[4096];
    const ssize_t got = recv(fd_.get(), bytes, sizeof bytes, 0);
    ended_ = got == 0 || (got < 0 && errno == ECONNRESET);
    if (got <= 0) return false;
    decoder_.Feed(bytes, static_cast<std::size_t>(got));
    return true;
  }

  UniqueFd fd_;
  AgentFrameDecoder decoder_;
  std::size_t statuses_ = 0;
  bool ended_ = false;
};

TEST_CASE("ChannelServer: requests a reading after it has sent the change") {
  const TemporaryDirectory data_directory;
  const std::shared_ptr<WakeEvent> wake_event = WakeEvent::Create();
  const auto status = std::make_shared<LatestValue<Status>>([wake_event] { wake_event->Wake(); });
  std::atomic<int> client_fd{-1};
  std::atomic<int> requests{0};
  std::atomic<bool> was_sent{false};
  const auto server = ChannelServer::Start(data_directory.path(), Hello{}, status, wake_event, [&] {
    pollfd wait{client_fd, POLLIN, 0};
    was_sent = client_fd >= 0 && poll(&wait, 1, 0) == 1;
    ++requests;
  });
  const auto wait_for_request = [&requests](int number) {
    for (int i = 0; i < 10'000 && requests < number; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    REQUIRE(requests == number);
  };
  RawClient client(data_directory);
  REQUIRE(client.ReadTo(0));
  wait_for_request(1);  // for the new client
  client_fd = client.fd();
  status->Update([](Status& current) {
    current.source.phase = Phase::kListening;
    current.state = State::kOffline;
    current.since_known = true;
    current.since = Now();
    current.number = 1;
    return true;
  });
  wait_for_request(2);
  CHECK(was_sent);
}

TEST_CASE("ChannelServer: skips statuses for a client that does not read, and delays no other") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient idle(data_directory);
  RawClient busy(data_directory);
  REQUIRE(idle.ReadTo(0));
  REQUIRE(busy.ReadTo(0));
  const int smallest = 1;  // otherwise the system's buffer takes everything
  setsockopt(idle.fd(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  agent.Listen();
  constexpr std::uint64_t kLast = 12'000;
  for (std::uint64_t number = 2; number <= kLast; ++number) {
    agent.Change(number % 2 == 0 ? State::kOnline : State::kOffline);
    REQUIRE(busy.ReadTo(number));
  }
  CHECK(idle.ReadTo(kLast));
  CHECK(busy.statuses() >= kLast);
  CHECK(idle.statuses() < kLast);
  // It has caught up, and gets every status from then on.
  for (std::uint64_t number = kLast + 1; number < kLast + 10; ++number) {
    agent.Change(number % 2 == 0 ? State::kOnline : State::kOffline);
    const std::size_t before = idle.statuses();
    REQUIRE(idle.ReadTo(number));
    CHECK(idle.statuses() == before + 1);
  }
}

std::vector<std::uint8_t> RefreshBytes() {
  std::vector<std::uint8_t> bytes;
  Encode(Refresh{}, bytes);
  return bytes;
}

void Send(const RawClient& client, const std::vector<std::uint8_t>& bytes) {
  CHECK(send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

TEST_CASE("ChannelServer: requests a reading when a client connects or sends refresh, and after a notified change") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient client(data_directory);
  CHECK(agent.AwaitRequests(1));
  // In pieces, with a frame of a later version before it.
  for (const std::uint8_t byte : std::vector<std::uint8_t>{3, 0, 0, 0, 99, 0, 0, 0, 1, 2, 3}) Send(client, {byte});
  for (const std::uint8_t byte : RefreshBytes()) Send(client, {byte});
  CHECK(agent.AwaitRequests(2));
  agent.Listen();
  agent.Change(State::kOffline);
  CHECK(agent.AwaitRequests(3));
  CHECK(client.ReadTo(2));
  CHECK(agent.requests == 3);
}

TEST_CASE("ChannelServer: closes a client that sends malformed bytes, and no other") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient good(data_directory);
  RawClient bad(data_directory);
  REQUIRE(good.ReadTo(0));
  REQUIRE(bad.ReadTo(0));
  Send(bad, {0x01, 0x10, 0, 0, 16, 0, 0, 0});
  CHECK(bad.ReadToEnd());
  agent.Listen();
  CHECK(good.ReadTo(1));
}

TEST_CASE("ChannelServer: sends each status once to the clients that stay while others leave") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int count = 0; count < 6; ++count) {
    clients.push_back(std::make_unique<RawClient>(data_directory));
    REQUIRE(clients.back()->ReadTo(0));
  }
  agent.Listen();
  for (const auto& client : clients) REQUIRE(client->ReadTo(1));
  for (std::uint64_t number = 2; clients.size() > 1; ++number) {
    clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(clients.size() / 2));
    agent.Change(number % 2 == 0 ? State::kOnline : State::kOffline);
    for (const auto& client : clients) REQUIRE(client->ReadTo(number));
  }
  CHECK(clients.front()->statuses() == 7);  // 0, listening, and five changes
}

TEST_CASE("ChannelServer: serves the others while one client never stops sending") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient client(data_directory);
  REQUIRE(client.ReadTo(0));
  const auto bytes = RefreshBytes();
  std::atomic<bool> over{false};
  RawClient sending(data_directory);
  REQUIRE(sending.ReadTo(0));
  std::thread sender([&] {
    while (!over) send(sending.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
  agent.Listen();
  for (std::uint64_t number = 2; number < 50; ++number) {
    agent.Change(number % 2 == 0 ? State::kOnline : State::kOffline);
    REQUIRE(client.ReadTo(number));
  }
  over = true;
  sender.join();
  CHECK(agent.requests > 2);
}

TEST_CASE("ChannelServer: closes one client too many at once, until another leaves") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t count = 0; count < ChannelServer::kMaxClients; ++count) {
    clients.push_back(std::make_unique<RawClient>(data_directory));
    REQUIRE(clients.back()->ReadTo(0));
  }
  RawClient late(data_directory);
  CHECK_FALSE(late.ReadTo(0));
  clients.pop_back();
  bool found = false;
  for (int tries = 0; tries < 1000 && !found; ++tries) found = RawClient(data_directory).ReadTo(0);
  CHECK(found);
}

TEST_CASE("ChannelServer: refuses a second agent of the same data directory with a message that names it") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  try {
    TestAgent second(data_directory.path());
    FAIL("two agents serve one data directory");
  } catch (const std::runtime_error& refused) {
    CHECK(std::string(refused.what()).find(data_directory.socket()) != std::string::npos);
    CHECK(std::string(refused.what()).find("OUTLOOK_OFFLINE_STATE_HOME") != std::string::npos);
  }
  CHECK(RawClient(data_directory).ReadTo(0));
}

TEST_CASE("ChannelServer: replaces the socket of an agent that was killed, and removes its own") {
  const TemporaryDirectory data_directory;
  std::filesystem::create_directories(data_directory.run());
  { const UniqueFd dead = ListenAt(data_directory.socket(), 1); }
  CHECK(std::filesystem::exists(data_directory.socket()));
  CHECK_FALSE(RawClient(data_directory).connected());
  {
    TestAgent agent(data_directory.path());
    CHECK(RawClient(data_directory).ReadTo(0));
  }
  CHECK_FALSE(std::filesystem::exists(data_directory.socket()));
}

TEST_CASE("ChannelServer: makes the directory of the socket private, even if it exists") {
  const TemporaryDirectory data_directory;
  std::filesystem::create_directories(data_directory.run());
  std::filesystem::permissions(data_directory.run(), std::filesystem::perms::all);
  TestAgent agent(data_directory.path());
  CHECK(std::filesystem::status(data_directory.run()).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("ChannelServer: refuses a symbolic link as the socket's directory with a message that names it") {
  const TemporaryDirectory data_directory;
  std::filesystem::create_directories(data_directory.path());
  std::filesystem::create_symlink("/tmp", data_directory.run());
  CHECK_THROWS_WITH_AS(TestAgent{data_directory.path()}, doctest::Contains(data_directory.run().c_str()),
                       std::runtime_error);
}

TEST_CASE("ChannelServer: uses no processor time while nothing changes") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient client(data_directory);
  REQUIRE(client.ReadTo(0));
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  rusage before{};
  getrusage(RUSAGE_SELF, &before);
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  rusage after{};
  getrusage(RUSAGE_SELF, &after);
  // This thread sleeps once; sanitizers have a thread of their own that wakes up now and then.
  CHECK(after.ru_nvcsw - before.ru_nvcsw < 20);
}

TEST_CASE("ChannelServer: turns a client away when file descriptors run out, without spinning") {
  const TemporaryDirectory data_directory;
  TestAgent agent(data_directory.path());
  RawClient first(data_directory);
  REQUIRE(first.ReadTo(0));
  std::vector<UniqueFd> all;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &few);
  for (UniqueFd next(dup(0)); next; next.reset(dup(0))) all.push_back(std::move(next));
  all.pop_back();  // one for the client's end, none for the agent's
  RawClient refused(data_directory);
  CHECK(refused.connected());
  CHECK(refused.ReadToEnd());
  all.clear();
  setrlimit(RLIMIT_NOFILE, &before);
  agent.Listen();
  CHECK(first.ReadTo(1));
  CHECK(RawClient(data_directory).ReadTo(1));
}

}  // namespace
}  // namespace offline_state
