// Both ends of the channel over real pipes, with their real threads. This binary is called OUTLOOK.EXE, because the
// client believes no other server.
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "channel/address.h"
#include "channel/channel_testing.h"
#include "channel/codec.h"
#include "channel/handle_count_windows.h"
#include "channel/identity_windows.h"
#include "channel/meeting_windows.h"
#include "channel/security_windows.h"
#include "channel/text_windows.h"
// <windows.h> comes with the headers above.
#include <sddl.h>

namespace offline_state {
namespace {

using testing::Recorder;
using testing::TestAgent;

constexpr auto kAny = [](const Report&) { return true; };

// A home of its own for each test: two never meet.
std::string Home() {
  static int last = 0;
  return "C:\\offline-state-test-" + std::to_string(GetCurrentProcessId()) + "-" + std::to_string(++last);
}

UniqueHandle Open(const std::string& home, DWORD access = GENERIC_READ) {
  return UniqueHandle(
      CreateFileW(WideText(ChannelAddress(home)).c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
}

// Waits, 10 s at most, which is no expectation of speed.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    Sleep(10);
  }
  return false;
}

// True when the other end has closed; reads what comes before that.
bool IsClosed(HANDLE pipe) {
  std::array<char, 4096> bytes{};
  DWORD got = 0;
  while (ReadFile(pipe, bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr) != 0) {
  }
  return GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_PIPE_NOT_CONNECTED;
}

TEST_CASE("a bridge hears the present picture first, then each change, then why the agent leaves") {
  const std::string home = Home();
  TestAgent agent(home);
  agent.Listen();
  agent.mailbox->Post(State::kOnline);
  Recorder recorder;
  const auto client = ChannelClient::Start(home, recorder.Listener());
  const auto first = recorder.Await([](const Report& report) { return report.source.phase == Phase::kListening; });
  REQUIRE(first);
  CHECK(first->state == State::kOnline);
  CHECK(first->agent.profile == "Outlook");
  agent.mailbox->Post(State::kOffline);
  CHECK(recorder.AwaitState(State::kOffline));
  agent.mailbox->Post(State::kOnline);
  agent.server->Stop(Goodbye::kOutlookCloses);
  CHECK(recorder.AwaitState(State::kOnline));
  CHECK(recorder.AwaitReason(Reason::kStopped));
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("bridges that wait are called by the agent when it comes, every one of them, and each time anew") {
  const std::string home = Home();
  Recorder recorders[3];
  std::vector<std::unique_ptr<ChannelClient>> clients;
  for (Recorder& recorder : recorders) clients.push_back(ChannelClient::Start(home, recorder.Listener()));
  for (Recorder& recorder : recorders) REQUIRE(recorder.Await(kAny));
  for (int life = 0; life < 3; ++life) {
    TestAgent agent(home);
    agent.Listen();
    agent.mailbox->Post(State::kOffline);
    for (Recorder& recorder : recorders) CHECK(recorder.AwaitState(State::kOffline));
    agent.server->Stop(Goodbye::kAddInDisconnected);
    for (Recorder& recorder : recorders) CHECK(recorder.AwaitReason(Reason::kAgentMissing));
  }
}

TEST_CASE("a client more than there may be is turned away, and let in when another has gone") {
  const std::string home = Home();
  TestAgent agent(home);
  std::vector<UniqueHandle> clients;
  for (std::size_t i = 0; i < ChannelServer::kMaxClients; ++i) {
    CHECK(Eventually([&] {
      clients.push_back(Open(home));
      if (!clients.back()) clients.pop_back();
      return clients.size() == i + 1;
    }));
    // Greeted, and so counted.
    char byte = 0;
    DWORD got = 0;
    REQUIRE(ReadFile(clients.back().get(), &byte, 1, &got, nullptr));
  }
  UniqueHandle one_more;
  REQUIRE(Eventually([&] { return static_cast<bool>(one_more = Open(home)); }));
  CHECK(IsClosed(one_more.get()));
  one_more.Reset();
  clients.pop_back();
  CHECK(Eventually([&] {
    const UniqueHandle next = Open(home);
    char byte = 0;
    DWORD got = 0;
    return next && ReadFile(next.get(), &byte, 1, &got, nullptr) != 0;
  }));
}

TEST_CASE("a client's refresh asks for a reading, and so do its connection and a change that is notified") {
  const std::string home = Home();
  TestAgent agent(home);
  agent.Listen();
  agent.mailbox->Post(State::kOnline);
  Recorder recorder;
  const auto client = ChannelClient::Start(home, recorder.Listener());
  REQUIRE(recorder.AwaitState(State::kOnline));
  CHECK(Eventually([&] { return agent.requests >= 2; }));  // the change, the connection
  for (int refresh = 0; refresh < 3; ++refresh) {
    const int before = agent.requests;
    client->Refresh();
    CHECK(Eventually([&] { return agent.requests == before + 1; }));
  }
}

TEST_CASE("a client whose bytes are malformed is closed, one that sends frames of a later version is not") {
  const std::string home = Home();
  TestAgent agent(home);
  UniqueHandle client;
  REQUIRE(Eventually([&] { return static_cast<bool>(client = Open(home, GENERIC_READ | GENERIC_WRITE)); }));
  REQUIRE(agent.AwaitRequests(1));
  DWORD sent = 0;
  REQUIRE(WriteFile(client.get(), "\x01\0\0\0\x63\0\0\0?\0\0\0\0\x10\0\0\0", 17, &sent, nullptr));
  CHECK(agent.AwaitRequests(2));
  REQUIRE(WriteFile(client.get(), "\xFF\xFF\xFF\xFF", 4, &sent, nullptr));
  CHECK(IsClosed(client.get()));
}

// Reads until the picture with this number, or the end; the pictures that came, 0 at the end.
std::size_t ReadTo(HANDLE pipe, std::uint64_t number) {
  Decoder decoder;
  std::size_t pictures = 0;
  for (;;) {
    const Decoded decoded = decoder.Next();
    if (const auto* frame = std::get_if<Frame>(&decoded)) {
      const auto* picture = std::get_if<Picture>(frame);
      if (picture == nullptr) continue;
      ++pictures;
      if (picture->number == number) return pictures;
      continue;
    }
    std::array<std::uint8_t, 4096> bytes{};
    DWORD got = 0;
    if (!std::holds_alternative<NeedMore>(decoded) ||
        ReadFile(pipe, bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr) == 0) {
      return 0;
    }
    decoder.Feed(bytes.data(), got);
  }
}

TEST_CASE("a client that does not read misses some and then hears the newest, and nobody else waits for it") {
  const std::string home = Home();
  TestAgent agent(home);
  agent.Listen();
  Recorder recorder;
  const auto reader = ChannelClient::Start(home, recorder.Listener());
  REQUIRE(recorder.Await([](const Report& report) { return report.source.phase == Phase::kListening; }));
  UniqueHandle sleeper;
  REQUIRE(Eventually([&] { return static_cast<bool>(sleeper = Open(home)); }));
  // More than Windows and the agent keep together.
  for (int change = 0; change < 5000; ++change) {
    agent.mailbox->Post(change % 2 == 0 ? State::kOffline : State::kOnline);
    if (change % 50 == 0) Sleep(1);
  }
  const std::uint64_t last = agent.mailbox->present().number;
  CHECK(recorder.Await([=](const Report& report) { return report.number == last; }));
  const std::size_t pictures = ReadTo(sleeper.get(), last);
  CHECK(pictures > 0);
  CHECK(pictures < 5000);
}

TEST_CASE("an agent whose name is taken begins to serve when it is free, and calls the bridge then") {
  const std::string home = Home();
  UniqueHandle taken(CreateNamedPipeW(WideText(ChannelAddress(home)).c_str(),
                                      PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, 1, 0, 0, 0,
                                      nullptr));
  REQUIRE(taken);
  TestAgent agent(home);
  agent.Listen();
  agent.mailbox->Post(State::kOffline);
  Sleep(120);
  taken.Reset();
  Recorder recorder;
  const auto client = ChannelClient::Start(home, recorder.Listener());
  CHECK(recorder.AwaitState(State::kOffline));
}

TEST_CASE("nothing is left of a hundred agents and their bridges") {
  const std::string home = Home();
  std::size_t before = 0;
  for (int life = 0; life < 105; ++life) {
    TestAgent agent(home);
    agent.Listen();
    agent.mailbox->Post(State::kOnline);
    Recorder recorder;
    const auto client = ChannelClient::Start(home, recorder.Listener());
    REQUIRE(recorder.AwaitState(State::kOnline));
    if (life % 2 == 0) agent.server->Stop(Goodbye::kOutlookCloses);
    if (life == 4) before = CountHandles(GetCurrentProcessId());  // the first have made what is made once
  }
  CHECK(before > 0);
  CHECK(CountHandles(GetCurrentProcessId()) <= before);
}

TEST_CASE("pipe and event are for this user alone, at medium integrity") {
  const std::string user = OwnIdentity().user;
  OneUserSecurity made(user);
  PSECURITY_DESCRIPTOR const descriptor = made.get()->lpSecurityDescriptor;
  LPSTR text = nullptr;
  REQUIRE(ConvertSecurityDescriptorToStringSecurityDescriptorA(
      descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text, nullptr));
  CHECK(std::string(text) == "O:" + user + "D:P(A;;GA;;;" + user + ")");
  LocalFree(text);

  // Wine does not put the label into words.
  PACL list = nullptr;
  BOOL is_there = FALSE;
  BOOL is_default = TRUE;
  REQUIRE(GetSecurityDescriptorSacl(descriptor, &is_there, &list, &is_default));
  REQUIRE(is_there);
  REQUIRE(list->AceCount == 1);
  void* entry = nullptr;
  REQUIRE(GetAce(list, 0, &entry));
  auto* const label = static_cast<SYSTEM_MANDATORY_LABEL_ACE*>(entry);
  CHECK(label->Header.AceType == SYSTEM_MANDATORY_LABEL_ACE_TYPE);
  CHECK(label->Mask == (SYSTEM_MANDATORY_LABEL_NO_WRITE_UP | SYSTEM_MANDATORY_LABEL_NO_READ_UP));
  CHECK(*GetSidSubAuthority(&label->SidStart, 0) == SECURITY_MANDATORY_MEDIUM_RID);

  const std::string home = Home();
  TestAgent agent(home);
  UniqueHandle client;
  REQUIRE(Eventually([&] { return static_cast<bool>(client = Open(home)); }));
  CHECK(OwnerOf(client.get()) == user);
}

TEST_CASE("two homes never share a name, and the same home never has two") {
  CHECK(HomeSuffix("C:\\One") != HomeSuffix("C:\\Two"));
  CHECK(HomeSuffix("C:\\One") == HomeSuffix("c:/ONE/"));
  CHECK(HomeSuffix(HomeFromEnvironment()).empty());
  CHECK(ChannelAddress("C:\\One").rfind("\\\\.\\pipe\\outlook-offline-state.S-1-", 0) == 0);
  CHECK(MeetingName("C:\\One").rfind("Local\\outlook-offline-state.S-1-", 0) == 0);
  CHECK_THROWS_AS(ChannelAddress(""), std::runtime_error);
}

TEST_CASE("only a file called OUTLOOK.EXE is Outlook") {
  CHECK(IsOutlook(L"OUTLOOK.EXE"));
  CHECK(IsOutlook(L"outlook.exe"));
  CHECK_FALSE(IsOutlook(L"OUTLOOK.EXE "));
  CHECK_FALSE(IsOutlook(L"XOUTLOOK.EXE"));
  CHECK_FALSE(IsOutlook(L"node.exe"));
  CHECK_FALSE(IsOutlook(L""));
  CHECK(IsOutlook(ImageOf(GetCurrentProcess())));
}

}  // namespace
}  // namespace offline_state
