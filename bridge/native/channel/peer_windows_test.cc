// A program of this very user that is not Outlook, at the other end of the pipe. This binary is called OUTLOOK.EXE; a
// copy of it by another name is the impostor, which an environment variable tells what it is.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "channel/channel_testing.h"
#include "channel/handle_windows.h"
#include "channel/text_windows.h"

namespace offline_state {
namespace {

using testing::Recorder;
using testing::TestAgent;

constexpr const char* kImpostorHome = "OFFLINE_STATE_IMPOSTOR_HOME";
constexpr DWORD kImpostorLifeMs = 60'000;  // should nobody end it

std::string Variable(const char* name) {
  std::array<char, 1024> text{};
  const DWORD size = GetEnvironmentVariableA(name, text.data(), static_cast<DWORD>(text.size()));
  return {text.data(), size};
}

// Serves `home`'s pipe from a copy of this binary for as long as it lives.
class Impostor {
 public:
  explicit Impostor(const std::string& home) {
    std::array<wchar_t, MAX_PATH> own{};
    REQUIRE(GetModuleFileNameW(nullptr, own.data(), static_cast<DWORD>(own.size())) != 0);
    copy_ = std::wstring(own.data()) + L".impostor-" + std::to_wstring(GetCurrentProcessId()) + L".exe";
    REQUIRE(CopyFileW(own.data(), copy_.c_str(), FALSE) != 0);
    REQUIRE(SetEnvironmentVariableA(kImpostorHome, home.c_str()) != 0);
    std::wstring command = L"\"" + copy_ + L"\" --test-case=\"a program of this user*\"";
    STARTUPINFOW startup{};
    startup.cb = sizeof(startup);
    PROCESS_INFORMATION started{};
    const BOOL made =
        CreateProcessW(copy_.c_str(), command.data(), nullptr, nullptr, FALSE, 0, nullptr, nullptr, &startup, &started);
    SetEnvironmentVariableA(kImpostorHome, nullptr);
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

TEST_CASE("a program of this user that is not Outlook and makes the pipe first is not believed") {
  if (const std::string home = Variable(kImpostorHome); !home.empty()) {
    TestAgent agent(home);
    agent.Listen();
    agent.mailbox->Post(State::kOnline);
    Sleep(kImpostorLifeMs);
    return;
  }
  const std::string home = "C:\\offline-state-impostor-" + std::to_string(GetCurrentProcessId());
  const Impostor impostor(home);
  Recorder recorder;
  const auto client = ChannelClient::Start(home, recorder.Listener());
  const auto told =
      recorder.Await([](const Report& report) { return report.source.reason == Reason::kAgentUntrusted; });
  REQUIRE(told);
  CHECK(told->detail.find("not OUTLOOK.EXE") != std::string::npos);
  for (const Report& report : recorder.All()) CHECK(report.state == State::kUnknown);
}

}  // namespace
}  // namespace offline_state
