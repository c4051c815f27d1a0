// A program of the same user that is not Outlook, at the other end of the pipe. This binary is called OUTLOOK.EXE; the
// impostor is a copy with another name, which gets the data directory from an environment variable.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "channel/channel_testing.h"
#include "core/windows/handle.h"
#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

using testing::StatusLog;
using testing::TestAgent;

constexpr const char* kImpostorDirectory = "OFFLINE_STATE_IMPOSTOR_DIRECTORY";
constexpr DWORD kImpostorLifeMs = 60'000;  // in case nobody ends it

std::string Variable(const char* name) {
  std::array<char, 1024> text{};
  const DWORD size = GetEnvironmentVariableA(name, text.data(), static_cast<DWORD>(text.size()));
  return {text.data(), size};
}

// A copy of this binary that serves the pipe of `data_directory` as long as the object exists.
class Impostor {
 public:
  explicit Impostor(const std::string& data_directory) {
    std::array<wchar_t, MAX_PATH> own{};
    REQUIRE(GetModuleFileNameW(nullptr, own.data(), static_cast<DWORD>(own.size())) != 0);
    copy_ = std::wstring(own.data()) + L".impostor-" + std::to_wstring(GetCurrentProcessId()) + L".exe";
    REQUIRE(CopyFileW(own.data(), copy_.c_str(), FALSE) != 0);
    REQUIRE(SetEnvironmentVariableA(kImpostorDirectory, data_directory.c_str()) != 0);
    std::wstring command = L"\"" + copy_ + L"\" --test-case=\"ChannelClient: rejects a program*\"";
    STARTUPINFOW startup{};
    startup.cb = sizeof(startup);
    PROCESS_INFORMATION started{};
    const BOOL made =
        CreateProcessW(copy_.c_str(), command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &started);
    SetEnvironmentVariableA(kImpostorDirectory, nullptr);
    REQUIRE(made != 0);
    process_ = UniqueHandle(started.hProcess);
    const UniqueHandle thread(started.hThread);
  }
  ~Impostor() {
    TerminateProcess(process_.get(), 0);
    WaitForSingleObject(process_.get(), INFINITE);
    DeleteFileW(copy_.c_str());
  }

 private:
  std::wstring copy_;
  UniqueHandle process_;
};

TEST_CASE("ChannelClient: rejects a program of this user that is not Outlook and creates the pipe first") {
  if (const std::string data_directory = Variable(kImpostorDirectory); !data_directory.empty()) {
    TestAgent agent(data_directory);
    agent.Listen();
    agent.Change(State::kOnline);
    Sleep(kImpostorLifeMs);
    return;
  }
  const std::string data_directory = "C:\\offline-state-impostor-" + std::to_string(GetCurrentProcessId());
  const Impostor impostor(data_directory);
  StatusLog log;
  const auto client = ChannelClient::Start(data_directory, log.Listener());
  const auto untrusted =
      log.Await([](const ClientStatus& report) { return report.source.reason == Reason::kAgentUntrusted; });
  REQUIRE(untrusted);
  CHECK(untrusted->detail.find("not OUTLOOK.EXE") != std::string::npos);
  for (const ClientStatus& report : log.All()) CHECK(report.state == State::kUnknown);
}

}  // namespace
}  // namespace offline_state
