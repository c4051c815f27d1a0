// Both ends of the channel over real pipes, with their real threads. This binary is called OUTLOOK.EXE, because the
// client accepts no other server.
#include <doctest/doctest.h>

#include <array>
#include <thread>

#include "channel/address.h"
#include "channel/channel_testing.h"
#include "channel/frame.h"
#include "channel/windows/ready_event.h"
#include "channel/windows/security.h"
#include "core/windows/handle_count.h"
#include "core/windows/identity.h"
#include "core/windows/wide_text.h"
// <windows.h> comes with the headers above.
#include <sddl.h>

namespace offline_state {
namespace {

using testing::StatusLog;
using testing::TestAgent;

// Another one for each test, so that tests do not interfere.
std::string UniqueDataDirectory() {
  static int last = 0;
  return "C:\\offline-state-test-" + std::to_string(GetCurrentProcessId()) + "-" + std::to_string(++last);
}

UniqueHandle Open(const std::string& data_directory, DWORD access = GENERIC_READ) {
  return UniqueHandle(
      CreateFileW(WideText(ChannelAddress(data_directory)).c_str(), access, 0, nullptr, OPEN_EXISTING, 0, nullptr));
}

// Waits for at most 10 s: an upper limit, not an expectation.
template <typename Condition>
bool Eventually(Condition condition) {
  for (int i = 0; i < 1000; ++i) {
    if (condition()) return true;
    Sleep(10);
  }
  return false;
}

// Whether the other end closes; reads what comes before that.
bool IsClosed(HANDLE pipe) {
  std::array<char, 4096> bytes{};
  DWORD got = 0;
  while (ReadFile(pipe, bytes.data(), static_cast<DWORD>(bytes.size()), &got, nullptr) != 0) {
  }
  return GetLastError() == ERROR_BROKEN_PIPE || GetLastError() == ERROR_PIPE_NOT_CONNECTED;
}

TEST_CASE("channel: reports the current status, then each change, then why the agent ends") {
  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  agent.Listen();
  agent.Change(State::kOnline);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory, log.Listener());
  const auto first = log.Await([](const ClientStatus& report) { return report.source.phase == Phase::kListening; });
  REQUIRE(first);
  CHECK(first->state == State::kOnline);
  CHECK(first->agent.profile == "Outlook");
  agent.Change(State::kOffline);
  CHECK(log.AwaitState(State::kOffline));
  agent.Change(State::kOnline);
  agent.server->Stop(ShutdownReason::kOutlookClosing);
  CHECK(log.AwaitState(State::kOnline));
  CHECK(log.AwaitReason(Reason::kStopped));
  CHECK(log.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE("channel: connects every waiting bridge whenever an agent becomes ready") {
  const std::string data_directory = UniqueDataDirectory();
  StatusLog logs[3];
  std::vector<std::unique_ptr<ChannelClient>> clients;
  for (StatusLog& log : logs) clients.push_back(ChannelClient::Start(data_directory, log.Listener()));
  for (StatusLog& log : logs) REQUIRE(log.AwaitAny());
  for (int life = 0; life < 3; ++life) {
    TestAgent agent(data_directory);
    agent.Listen();
    agent.Change(State::kOffline);
    for (StatusLog& log : logs) CHECK(log.AwaitState(State::kOffline));
    agent.server->Stop(ShutdownReason::kAddInDisconnected);
    for (StatusLog& log : logs) CHECK(log.AwaitReason(Reason::kAgentMissing));
  }
}

TEST_CASE("ChannelServer: turns one client too many away, until another leaves") {
  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  std::vector<UniqueHandle> clients;
  for (std::size_t i = 0; i < ChannelServer::kMaxClients; ++i) {
    CHECK(Eventually([&] {
      clients.push_back(Open(data_directory));
      if (!clients.back()) clients.pop_back();
      return clients.size() == i + 1;
    }));
    // It has been sent hello, so it counts.
    char byte = 0;
    DWORD got = 0;
    REQUIRE(ReadFile(clients.back().get(), &byte, 1, &got, nullptr));
  }
  UniqueHandle one_more;
  REQUIRE(Eventually([&] { return static_cast<bool>(one_more = Open(data_directory)); }));
  CHECK(IsClosed(one_more.get()));
  one_more.Reset();
  clients.pop_back();
  CHECK(Eventually([&] {
    const UniqueHandle next = Open(data_directory);
    char byte = 0;
    DWORD got = 0;
    return next && ReadFile(next.get(), &byte, 1, &got, nullptr) != 0;
  }));
}

TEST_CASE("ChannelServer: requests a reading when a client connects or sends refresh, and after a notified change") {
  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  agent.Listen();
  agent.Change(State::kOnline);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory, log.Listener());
  REQUIRE(log.AwaitState(State::kOnline));
  CHECK(Eventually([&] { return agent.requests >= 2; }));  // the change, the connection
  for (int refresh = 0; refresh < 3; ++refresh) {
    const int before = agent.requests;
    client->Refresh();
    CHECK(Eventually([&] { return agent.requests == before + 1; }));
  }
}

TEST_CASE("ChannelServer: closes a client that sends malformed bytes, not one that sends frames of a later version") {
  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  UniqueHandle client;
  REQUIRE(Eventually([&] { return static_cast<bool>(client = Open(data_directory, GENERIC_READ | GENERIC_WRITE)); }));
  REQUIRE(agent.AwaitRequests(1));
  DWORD sent = 0;
  REQUIRE(WriteFile(client.get(), "\x01\0\0\0\x63\0\0\0?\0\0\0\0\x10\0\0\0", 17, &sent, nullptr));
  CHECK(agent.AwaitRequests(2));
  REQUIRE(WriteFile(client.get(), "\xFF\xFF\xFF\xFF", 4, &sent, nullptr));
  CHECK(IsClosed(client.get()));
}

// Reads until the status with this number, or the end. Returns how many statuses came, 0 at the end.
std::size_t ReadTo(HANDLE pipe, std::uint64_t number) {
  AgentFrameDecoder decoder;
  std::size_t statuses = 0;
  for (;;) {
    const Decoded<AgentFrame> decoded = decoder.Next(Now());
    if (const auto* frame = std::get_if<AgentFrame>(&decoded)) {
      const auto* status = std::get_if<Status>(frame);
      if (status == nullptr) continue;
      ++statuses;
      if (status->number == number) return statuses;
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

TEST_CASE("ChannelServer: skips statuses for a client that does not read, and delays no other") {
  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  agent.Listen();
  StatusLog log;
  const auto reader = ChannelClient::Start(data_directory, log.Listener());
  REQUIRE(log.Await([](const ClientStatus& report) { return report.source.phase == Phase::kListening; }));
  UniqueHandle sleeper;
  REQUIRE(Eventually([&] { return static_cast<bool>(sleeper = Open(data_directory)); }));
  // More than the pipe's buffer holds.
  for (int change = 0; change < 5000; ++change) {
    agent.Change(change % 2 == 0 ? State::kOffline : State::kOnline);
    if (change % 50 == 0) Sleep(1);
  }
  const std::uint64_t last = agent.status->Get().number;
  CHECK(log.Await([=](const ClientStatus& report) { return report.number == last; }));
  const std::size_t statuses = ReadTo(sleeper.get(), last);
  CHECK(statuses > 0);
  CHECK(statuses < 5000);
}

TEST_CASE("ChannelServer: begins to serve when the name of its pipe becomes free") {
  const std::string data_directory = UniqueDataDirectory();
  UniqueHandle taken(CreateNamedPipeW(WideText(ChannelAddress(data_directory)).c_str(),
                                      PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE, PIPE_TYPE_BYTE, 1, 0, 0, 0,
                                      nullptr));
  REQUIRE(taken);
  TestAgent agent(data_directory);
  agent.Listen();
  agent.Change(State::kOffline);
  Sleep(120);
  taken.Reset();
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory, log.Listener());
  CHECK(log.AwaitState(State::kOffline));
}

TEST_CASE("channel: leaks no handle in a hundred agents and bridges") {
  const std::string data_directory = UniqueDataDirectory();
  std::size_t before = 0;
  for (int life = 0; life < 105; ++life) {
    TestAgent agent(data_directory);
    agent.Listen();
    agent.Change(State::kOnline);
    StatusLog log;
    const auto client = ChannelClient::Start(data_directory, log.Listener());
    REQUIRE(log.AwaitState(State::kOnline));
    if (life % 2 == 0) agent.server->Stop(ShutdownReason::kOutlookClosing);
    if (life == 4) before = CountHandles(GetCurrentProcessId());  // the first ones create what is created once
  }
  CHECK(before > 0);
  CHECK(CountHandles(GetCurrentProcessId()) <= before);
}

TEST_CASE("OneUserSecurity: admits only this user, at medium integrity") {
  const std::string user = OwnIdentity().user;
  OneUserSecurity made(user);
  PSECURITY_DESCRIPTOR const descriptor = made.get()->lpSecurityDescriptor;
  LPSTR text = nullptr;
  REQUIRE(ConvertSecurityDescriptorToStringSecurityDescriptorA(
      descriptor, SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text, nullptr));
  CHECK(std::string(text) == "O:" + user + "D:P(A;;GA;;;" + user + ")");
  LocalFree(text);

  // Wine does not convert the label to text.
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

  const std::string data_directory = UniqueDataDirectory();
  TestAgent agent(data_directory);
  UniqueHandle client;
  REQUIRE(Eventually([&] { return static_cast<bool>(client = Open(data_directory)); }));
  CHECK(OwnerOf(client.get()) == user);
}

TEST_CASE("ChannelAddress: has one name for each data directory") {
  CHECK(DataDirectorySuffix("C:\\One") != DataDirectorySuffix("C:\\Two"));
  CHECK(DataDirectorySuffix("C:\\One") == DataDirectorySuffix("c:/ONE/"));
  CHECK(DataDirectorySuffix(DataDirectoryFromEnvironment()).empty());
  CHECK(ChannelAddress("C:\\One").rfind("\\\\.\\pipe\\outlook-offline-state.S-1-", 0) == 0);
  CHECK(ReadyEventName("C:\\One").rfind("Local\\outlook-offline-state.S-1-", 0) == 0);
  CHECK_THROWS_AS(ChannelAddress(""), std::runtime_error);
}

TEST_CASE("IsOutlook: accepts only a file named OUTLOOK.EXE") {
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
