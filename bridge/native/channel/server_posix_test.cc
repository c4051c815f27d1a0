// The agent's end against clients that do what no client of ours does.
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <ctime>
#include <thread>

#include "channel/channel_testing_posix.h"
#include "channel/codec.h"
#include "channel/socket_posix.h"

namespace offline_state {
namespace {

using testing::TemporaryHome;
using testing::TestAgent;

// A client that reads when it is told to.
class RawClient {
 public:
  explicit RawClient(const TemporaryHome& home) : fd_(ConnectTo(home.socket())) {}

  bool connected() const { return static_cast<bool>(fd_); }
  int fd() const { return fd_.get(); }

  // Reads until a picture with this number, or the end; false at the end. Waits for at most 10 s.
  bool ReadTo(std::uint64_t number) {
    for (;;) {
      const Decoded decoded = decoder_.Next();
      if (const auto* frame = std::get_if<Frame>(&decoded)) {
        const auto* picture = std::get_if<Picture>(frame);
        if (picture == nullptr) continue;
        ++pictures_;
        if (picture->number == number) return true;
        continue;
      }
      if (!std::holds_alternative<NeedMore>(decoded) || !Read()) return false;
    }
  }
  std::size_t pictures() const { return pictures_; }
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
  Decoder decoder_;
  std::size_t pictures_ = 0;
  bool ended_ = false;
};

TEST_CASE("a client that does not read misses some and then hears the newest, and the others hear everything") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient idle(home);
  RawClient busy(home);
  REQUIRE(idle.ReadTo(0));
  REQUIRE(busy.ReadTo(0));
  const int smallest = 1;  // the system's buffer would hide ours
  setsockopt(idle.fd(), SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  agent.Listen();
  constexpr std::uint64_t kLast = 12'000;
  for (std::uint64_t number = 2; number <= kLast; ++number) {
    agent.mailbox->Post(number % 2 == 0 ? State::kOnline : State::kOffline);
    REQUIRE(busy.ReadTo(number));
  }
  CHECK(idle.ReadTo(kLast));
  CHECK(busy.pictures() >= kLast);
  CHECK(idle.pictures() < kLast);
  // It has caught up, and misses nothing from then on.
  for (std::uint64_t number = kLast + 1; number < kLast + 10; ++number) {
    agent.mailbox->Post(number % 2 == 0 ? State::kOnline : State::kOffline);
    const std::size_t before = idle.pictures();
    REQUIRE(idle.ReadTo(number));
    CHECK(idle.pictures() == before + 1);
  }
}

std::vector<std::uint8_t> RefreshBytes() {
  std::vector<std::uint8_t> bytes;
  Encode(ClientFrame(Refresh{}), bytes);
  return bytes;
}

void Say(const RawClient& client, const std::vector<std::uint8_t>& bytes) {
  CHECK(send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

TEST_CASE("asks for a reading when a client connects, when it says refresh, and when a change is notified") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient client(home);
  CHECK(agent.AwaitRequests(1));
  // In pieces, with a frame of a later version before it.
  for (const std::uint8_t byte : std::vector<std::uint8_t>{3, 0, 0, 0, 99, 0, 0, 0, 1, 2, 3}) Say(client, {byte});
  for (const std::uint8_t byte : RefreshBytes()) Say(client, {byte});
  CHECK(agent.AwaitRequests(2));
  agent.Listen();
  agent.mailbox->Post(State::kOffline);
  CHECK(agent.AwaitRequests(3));
  CHECK(client.ReadTo(2));
  CHECK(agent.requests == 3);
}

TEST_CASE("a client whose bytes are malformed is closed, and the others are not") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient good(home);
  RawClient bad(home);
  REQUIRE(good.ReadTo(0));
  REQUIRE(bad.ReadTo(0));
  Say(bad, {0x01, 0x10, 0, 0, 16, 0, 0, 0});
  CHECK(bad.ReadToEnd());
  agent.Listen();
  CHECK(good.ReadTo(1));
}

TEST_CASE("one of several clients leaves while the others are told, each exactly once") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int count = 0; count < 6; ++count) {
    clients.push_back(std::make_unique<RawClient>(home));
    REQUIRE(clients.back()->ReadTo(0));
  }
  agent.Listen();
  for (std::uint64_t number = 2; clients.size() > 1; ++number) {
    clients.erase(clients.begin() + static_cast<std::ptrdiff_t>(clients.size() / 2));
    agent.mailbox->Post(number % 2 == 0 ? State::kOnline : State::kOffline);
    for (const auto& client : clients) REQUIRE(client->ReadTo(number));
  }
  CHECK(clients.front()->pictures() == 7);  // 0, listening, and five changes
}

TEST_CASE("a client that never stops talking holds up nobody, and is heard") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient client(home);
  REQUIRE(client.ReadTo(0));
  const auto bytes = RefreshBytes();
  std::atomic<bool> over{false};
  RawClient talking(home);
  REQUIRE(talking.ReadTo(0));
  std::thread talker([&] {
    while (!over) send(talking.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  });
  agent.Listen();
  for (std::uint64_t number = 2; number < 50; ++number) {
    agent.mailbox->Post(number % 2 == 0 ? State::kOnline : State::kOffline);
    REQUIRE(client.ReadTo(number));
  }
  over = true;
  talker.join();
  CHECK(agent.requests > 2);
}

TEST_CASE("one client too many is closed at once, and one that leaves makes room") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t count = 0; count < ChannelServer::kMaxClients; ++count) {
    clients.push_back(std::make_unique<RawClient>(home));
    REQUIRE(clients.back()->ReadTo(0));
  }
  RawClient late(home);
  CHECK_FALSE(late.ReadTo(0));
  clients.pop_back();
  bool found = false;
  for (int tries = 0; tries < 1000 && !found; ++tries) found = RawClient(home).ReadTo(0);
  CHECK(found);
}

TEST_CASE("a second agent of the same home is refused by name, and the first goes on") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  try {
    TestAgent second(home.path());
    FAIL("two agents serve one home");
  } catch (const std::runtime_error& refused) {
    CHECK(std::string(refused.what()).find(home.socket()) != std::string::npos);
    CHECK(std::string(refused.what()).find("OUTLOOK_OFFLINE_STATE_HOME") != std::string::npos);
  }
  CHECK(RawClient(home).ReadTo(0));
}

TEST_CASE("the socket of an agent that died is replaced, and none is left by one that stopped") {
  const TemporaryHome home;
  std::filesystem::create_directories(home.run());
  { const UniqueFd dead = ListenAt(home.socket(), 1); }
  CHECK(std::filesystem::exists(home.socket()));
  CHECK_FALSE(RawClient(home).connected());
  {
    TestAgent agent(home.path());
    CHECK(RawClient(home).ReadTo(0));
  }
  CHECK_FALSE(std::filesystem::exists(home.socket()));
}

TEST_CASE("the folder of the socket is this user's alone, also when it was there before") {
  const TemporaryHome home;
  std::filesystem::create_directories(home.run());
  std::filesystem::permissions(home.run(), std::filesystem::perms::all);
  TestAgent agent(home.path());
  CHECK(std::filesystem::status(home.run()).permissions() == std::filesystem::perms::owner_all);
}

TEST_CASE("a folder that is no folder is refused by name") {
  const TemporaryHome home;
  std::filesystem::create_directories(home.path());
  std::filesystem::create_symlink("/tmp", home.run());
  CHECK_THROWS_WITH_AS(TestAgent{home.path()}, doctest::Contains(home.run().c_str()), std::runtime_error);
}

TEST_CASE("an agent with clients that has nothing to say uses no processor time") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient client(home);
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

TEST_CASE("running out of descriptors turns a client away and does not keep the agent busy") {
  const TemporaryHome home;
  TestAgent agent(home.path());
  RawClient first(home);
  REQUIRE(first.ReadTo(0));
  std::vector<UniqueFd> all;
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit few = before;
  few.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &few);
  for (UniqueFd next(dup(0)); next; next.reset(dup(0))) all.push_back(std::move(next));
  all.pop_back();  // one for the client's end, none for the agent's
  RawClient refused(home);
  CHECK(refused.connected());
  CHECK(refused.ReadToEnd());
  all.clear();
  setrlimit(RLIMIT_NOFILE, &before);
  agent.Listen();
  CHECK(first.ReadTo(1));
  CHECK(RawClient(home).ReadTo(1));
}

}  // namespace
}  // namespace offline_state
