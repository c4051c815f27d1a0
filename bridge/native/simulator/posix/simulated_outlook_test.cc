// The simulated Outlook in the test process, with the real agent and a client of the real channel.
#include "simulator/simulated_outlook.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "channel/posix/channel_testing.h"
#include "mapi/scripted_mapi.h"
#include "simulator/posix/agent_add_in.h"
#include "simulator/posix/main_loop.h"
#include "simulator/posix/outlook_lock.h"
#include "simulator/provider.h"
#include "simulator/simulator_testing.h"

namespace offline_state {

// Callers find the exports by name, so no header declares them.
extern "C" HRESULT HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
                                    IMAPIOfflineMgr** manager) noexcept;
extern "C" int SimulatedMapiCommand(const char* command, char* reply, std::size_t size) noexcept;

namespace {

using testing::Provider;
using testing::StatusLog;
using testing::TemporaryDirectory;

SimulatedMapi* g_mapi = nullptr;
int Command(const char* command, char* reply, std::size_t size) {
  return RunProviderCommand(*g_mapi, command, reply, size);
}

struct Fixture {
  Fixture() {
    g_mapi = &provider.mapi;
    std::string error;
    REQUIRE(add_in.Enable(error));
    bridge = ChannelClient::Start(directory.path(), recorder.Listener());
    REQUIRE(recorder.AwaitState(State::kOnline));
  }
  AgentOptions Options(HrOpenOfflineObjFn open) const { return {directory.path(), "16.0.1", u"Ann\u00E9", open}; }
  std::size_t count() { return recorder.All().size(); }

  TemporaryDirectory directory;
  Provider provider;
  SimulatedSession session;
  AgentAddIn add_in{Options(&Provider::Open)};
  SimulatedOutlook outlook{MapiClient(&Provider::Open, u"Ann\u00E9"), &Command, add_in, session, "Ann\u00E9"};
  StatusLog recorder;
  std::unique_ptr<ChannelClient> bridge;
};

TEST_CASE_FIXTURE(Fixture, "reports a change once, although MAPI sends three notifications") {
  const std::size_t before = count();
  CHECK(outlook.Run("offline").text == "offline");
  REQUIRE(recorder.AwaitState(State::kOffline));
  CHECK(outlook.Run("online").text == "online");
  REQUIRE(recorder.AwaitState(State::kOnline));
  const auto all = recorder.All();
  REQUIRE(all.size() == before + 2);
  CHECK(all[before].since_known);
  CHECK(all[before + 1].number == all[before].number + 1);
}

TEST_CASE_FIXTURE(Fixture, "reports nothing for noise, whatever the state is") {
  const std::size_t before = count();
  CHECK(outlook.Run("noise").ok);
  CHECK(outlook.Run("offline").ok);
  CHECK(outlook.Run("noise").text == "sent 38 notifications that clients must ignore");
  CHECK(outlook.Run("online").ok);
  REQUIRE(recorder.AwaitState(State::kOffline));
  REQUIRE(recorder.AwaitState(State::kOnline));
  CHECK(count() == before + 2);
}

TEST_CASE_FIXTURE(Fixture, "reports the capabilities, and no change that they do not cover") {
  CHECK(outlook.Run("capabilities online").text == "capabilities online");
  const auto listening = recorder.Await([](const ClientStatus& report) {
    return report.source.phase == Phase::kListening && report.source.notifies_online && !report.source.notifies_offline;
  });
  REQUIRE(listening);
  CHECK(listening->state == State::kOnline);
  const std::size_t before = count();
  CHECK(outlook.Run("offline").ok);
  CHECK(outlook.Run("online").ok);  // sends a notification, but changes nothing for the agent
  CHECK(outlook.Run("capabilities none").ok);
  CHECK(recorder.AwaitReason(Reason::kNoNotifications));
  const auto all = recorder.All();
  for (std::size_t i = before; i < all.size(); ++i) CHECK(all[i].state != State::kOffline);
  CHECK(outlook.Run("capabilities both").ok);
  CHECK(recorder.AwaitState(State::kOnline));
  CHECK_FALSE(outlook.Run("capabilities some").ok);
  CHECK_FALSE(outlook.Run("capabilities").ok);
  CHECK(add_in.is_enabled());
}

TEST_CASE_FIXTURE(Fixture,
                  "reports nothing while the add-in is disabled, and the current state when it is enabled again") {
  const UniqueFd running = LockOutlook(directory.path());
  CHECK(outlook.Run("untick").text == "the add-in is unticked");
  CHECK(outlook.Run("untick").text == "the add-in is already unticked");
  CHECK(recorder.AwaitReason(Reason::kAgentMissing));
  CHECK(outlook.Run("offline").ok);
  CHECK(outlook.Run("capabilities online").ok);  // does not enable it
  CHECK_FALSE(add_in.is_enabled());
  CHECK(outlook.Run("state").text == "offline, capabilities online, profile \"Ann\u00E9\", add-in unticked");
  CHECK(outlook.Run("tick").text == "the add-in is ticked");
  CHECK(outlook.Run("tick").text == "the add-in is already ticked");
  CHECK(recorder.AwaitState(State::kOffline));
}

TEST_CASE_FIXTURE(Fixture, "reports on quit that Outlook is closing") {
  const CommandResult result = outlook.Run("quit");
  CHECK(result.ok);
  CHECK(result.exit == ProcessExit::kQuit);
  CHECK(recorder.AwaitReason(Reason::kStopped));
  CHECK(recorder.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE_FIXTURE(Fixture, "leaves the add-in without a callback on exit and crash") {
  CHECK(outlook.Run("exit").exit == ProcessExit::kExit);
  CHECK(outlook.Run("crash").exit == ProcessExit::kCrash);
  CHECK(add_in.is_enabled());
}

TEST_CASE_FIXTURE(Fixture, "reports no silent change, and a single notification according to its type") {
  const std::size_t before = count();
  CHECK(outlook.Run("silent offline").text == "offline, not notified");
  CHECK(outlook.Run("state").text.rfind("offline,", 0) == 0);
  CHECK(outlook.Run("silent online").ok);
  CHECK(outlook.Run("transition start offline").text == "notified start offline");
  CHECK(outlook.Run("state").text.rfind("online,", 0) == 0);
  CHECK(count() == before);
  CHECK(outlook.Run("transition statechange offline").ok);
  REQUIRE(recorder.AwaitState(State::kOffline));
  CHECK(outlook.Run("state").text.rfind("offline,", 0) == 0);
  CHECK(outlook.Run("transition done online").ok);
  REQUIRE(recorder.AwaitState(State::kOnline));
  for (const char* line : {"silent", "silent away", "silent offline now", "transition", "transition start",
                           "transition middle offline", "transition done", "transition done offline now"}) {
    CHECK_FALSE(outlook.Run(line).ok);
  }
}

TEST_CASE_FIXTURE(Fixture, "sets the Outbox and the connection mode, which follows the state until then") {
  CHECK(session.exchange_connection_mode() == 700);
  CHECK(outlook.Run("offline").ok);
  CHECK(session.exchange_connection_mode() == 200);
  CHECK(outlook.Run("silent online").ok);
  CHECK(session.exchange_connection_mode() == 700);
  const std::pair<const char*, std::uint32_t> modes[] = {
      {"none", 0}, {"working-offline", 200}, {"disconnected", 400}, {"connected", 700}};
  for (const auto& [name, mode] : modes) {
    CHECK(outlook.Run(std::string("connection ") + name).text == std::string("connection ") + name);
    CHECK(session.exchange_connection_mode() == mode);
  }
  CHECK(outlook.Run("offline").ok);
  CHECK(session.exchange_connection_mode() == 700);  // set by "connection"
  CHECK(outlook.Run("outbox 3").text == "outbox 3");
  CHECK(session.outbox_items == 3);
  for (const char* line : {"outbox", "outbox -1", "outbox 1000001", "outbox 3x", "outbox 4 5", "outbox  4",
                           "connection", "connection lost", "outboxes 3"}) {
    CHECK_FALSE(outlook.Run(line).ok);
  }
  CHECK(session.outbox_items == 3);
}

TEST_CASE("reads lines in order, and runs posted and due calls between them") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::FILE* const input = fdopen(ends[0], "r");
  MainLoop loop(input);
  std::vector<std::string> done;
  const auto write_line = [&](const std::string& text) {
    CHECK(write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  };
  loop.PostLater(1, [&] {
    done.emplace_back("timer");
    write_line("one\ntwo\n");
  });
  std::thread poster([&] { loop.Post([&] { done.emplace_back("posted"); }); });
  poster.join();
  loop.PostLater(3'600'000, [&] { done.emplace_back("never"); });
  std::string line;
  CHECK(loop.NextLine(line));
  CHECK(line == "one");
  CHECK(done == std::vector<std::string>{"posted", "timer"});
  CHECK(loop.NextLine(line));
  CHECK(line == "two");
  loop.Post([&] { loop.Post([&] { close(ends[1]); }); });
  CHECK_FALSE(loop.NextLine(line));
  CHECK(done.size() == 2);
  std::fclose(input);
}

// With the real main loop: the request goes to the agent's thread and from there to the main thread.
TEST_CASE("finds a silent change, the Outbox and the connection mode when the bridge asks for a refresh") {
  const TemporaryDirectory directory;
  Provider provider;
  g_mapi = &provider.mapi;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::FILE* const input = fdopen(ends[0], "r");
  const auto loop = std::make_shared<MainLoop>(input);
  SimulatedSession session;
  AgentOptions options{directory.path(), "16.0.1", u"Outlook", &Provider::Open};
  options.main_thread = loop;
  options.object_model = std::make_shared<SimulatedObjectModel>(session);
  AgentAddIn add_in(options);
  SimulatedOutlook outlook(MapiClient(&Provider::Open, u"Outlook"), &Command, add_in, session, "Outlook");
  std::string error;
  REQUIRE(add_in.Enable(error));
  StatusLog recorder;
  const auto bridge = ChannelClient::Start(directory.path(), recorder.Listener());
  std::thread test([&] {
    const auto has = [](State state, std::uint32_t items) {
      return [=](const ClientStatus& report) { return report.state == state && report.reading.outbox_items == items; };
    };
    CHECK(recorder.Await(has(State::kOnline, 0)));  // the new connection asked for a reading
    loop->Post([&] {
      outlook.Run("silent offline");
      session.outbox_items = 2;
      bridge->Refresh();
    });
    const auto offline = recorder.Await(has(State::kOffline, 2));
    REQUIRE(offline);
    CHECK_FALSE(offline->since_known);
    CHECK(offline->reading.exchange_connection_mode == 200U);
    CHECK(offline->confirmed.unix_ms > 0);
    loop->Post([&] { outlook.Run("outbox 5"); });  // an item was sent, which starts a reading
    CHECK(recorder.Await(has(State::kOffline, 5)));
    loop->Post([&] { outlook.Run("untick"); });
    CHECK(recorder.AwaitReason(Reason::kAgentMissing));
    close(ends[1]);
  });
  std::string line;
  CHECK_FALSE(loop->NextLine(line));
  test.join();
  std::fclose(input);
}

TEST_CASE_FIXTURE(Fixture, "rejects an unknown command and lists the commands") {
  for (const char* line : {"", "Offline", "offline ", "capabilitiesboth", "nonsense"}) {
    const CommandResult result = outlook.Run(line);
    CHECK_FALSE(result.ok);
    CHECK(result.text.find("capabilities <none|online|offline|both>") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "leaves the add-in disabled and reports why if the agent cannot start") {
  AgentAddIn second(Options(&Provider::Open));
  SimulatedOutlook another(MapiClient(&Provider::Open, u"Ann\u00E9"), &Command, second, session, "Ann\u00E9");
  const CommandResult result = another.Run("tick");
  CHECK_FALSE(result.ok);
  CHECK(result.text.find("Another agent already serves") != std::string::npos);
  CHECK_FALSE(second.is_enabled());
}

TEST_CASE("works with another provider, except for commands that need the simulated one") {
  const TemporaryDirectory directory;
  ScriptedMapi mapi;
  AgentAddIn add_in({directory.path(), "16.0.1", u"Outlook", &ScriptedMapi::Open});
  SimulatedSession session;
  SimulatedOutlook outlook(MapiClient(&ScriptedMapi::Open, u"Outlook"), nullptr, add_in, session, "Outlook");
  CHECK(outlook.Run("offline").ok);
  CHECK(outlook.Run("state").text == "offline, capabilities both, profile \"Outlook\", add-in unticked");
  CHECK(outlook.Run("noise").text == "\"noise\" needs the simulated MAPI, but another provider is loaded.");
  CHECK_FALSE(outlook.Run("capabilities none").ok);
}

TEST_CASE("runs once per data directory, and starts while another process checks whether it is running") {
  const TemporaryDirectory directory;
  {
    const UniqueFd first = LockOutlook(directory.path());
    CHECK_THROWS_WITH_AS(LockOutlook(directory.path()),
                         doctest::Contains("A simulated Outlook is already running with the data directory"),
                         std::runtime_error);
  }
  const UniqueFd checked_lock(open((directory.run() + "/outlook.lock").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(flock(checked_lock.get(), LOCK_SH) == 0);
  std::thread checker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    flock(checked_lock.get(), LOCK_UN);
  });
  CHECK(LockOutlook(directory.path()));
  checker.join();
}

TEST_CASE("provides nothing in a process that is not Outlook") {
  IMAPIOfflineMgr* manager = reinterpret_cast<IMAPIOfflineMgr*>(&g_mapi);
  CHECK(HrOpenOfflineObj(0, WideOf(u"Outlook"), &kGuidGlobalState, nullptr, &manager) == MAPI_E_NOT_FOUND);
  CHECK(manager == nullptr);
  char reply[64] = "";
  CHECK(SimulatedMapiCommand("noise", reply, sizeof reply) == 1);
  CHECK(std::string(reply) == "The simulated MAPI works only in the simulated Outlook.");
}

}  // namespace
}  // namespace offline_state
