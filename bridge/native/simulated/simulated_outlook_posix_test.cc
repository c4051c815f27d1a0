// The simulated Outlook in this process: its commands, the real agent, the real channel, and a bridge's end of it.
#include <doctest/doctest.h>

#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "channel/channel_testing_posix.h"
#include "mapi/scripted_mapi.h"
#include "simulated/agent_add_in.h"
#include "simulated/main_loop_posix.h"
#include "simulated/outlook_lock_posix.h"
#include "simulated/outlook_process.h"
#include "simulated/provider_command.h"
#include "simulated/simulated_outlook.h"
#include "simulated/simulated_testing.h"

namespace offline_state {
namespace {

using testing::Provider;
using testing::Recorder;
using testing::TemporaryHome;

SimulatedMapi* g_mapi = nullptr;
int Command(const char* command, char* answer, std::size_t size) {
  return ObeyProviderCommand(*g_mapi, command, answer, size);
}

struct Fixture {
  Fixture() {
    g_mapi = &provider.mapi;
    std::string error;
    REQUIRE(add_in.Tick(error));
    bridge = ChannelClient::Start(home.path(), told.Listener());
    REQUIRE(told.AwaitState(State::kOnline));
  }
  AgentOptions Options(HrOpenOfflineObjFn open) const { return {home.path(), "16.0.1", u"Ann\u00E9", open}; }
  std::size_t count() { return told.All().size(); }

  TemporaryHome home;
  Provider provider;
  SimulatedSession session;
  AgentAddIn add_in{Options(&Provider::Open)};
  SimulatedOutlook outlook{OfflineObject(&Provider::Open, u"Ann\u00E9"), &Command, add_in, session, "Ann\u00E9"};
  Recorder told;
  std::unique_ptr<ChannelClient> bridge;
};

TEST_CASE_FIXTURE(Fixture, "a change in Outlook reaches the bridge once, although MAPI notifies it three times") {
  const std::size_t before = count();
  CHECK(outlook.Obey("offline").text == "offline");
  REQUIRE(told.AwaitState(State::kOffline));
  CHECK(outlook.Obey("online").text == "online");
  REQUIRE(told.AwaitState(State::kOnline));
  const auto all = told.All();
  REQUIRE(all.size() == before + 2);
  CHECK(all[before].since_known);
  CHECK(all[before + 1].number == all[before].number + 1);
}

TEST_CASE_FIXTURE(Fixture, "noise changes nothing in the bridge, whatever the state is") {
  const std::size_t before = count();
  CHECK(outlook.Obey("noise").ok);
  CHECK(outlook.Obey("offline").ok);
  CHECK(outlook.Obey("noise").text == "sent 38 notifications that are to be ignored");
  CHECK(outlook.Obey("online").ok);
  REQUIRE(told.AwaitState(State::kOffline));
  REQUIRE(told.AwaitState(State::kOnline));
  CHECK(count() == before + 2);
}

TEST_CASE_FIXTURE(Fixture, "capabilities reach the bridge, and a direction that is not provided is not noticed") {
  CHECK(outlook.Obey("capabilities online").text == "capabilities online");
  const auto listening = told.Await([](const Report& report) {
    return report.source.phase == Phase::kListening && report.source.notifies_online && !report.source.notifies_offline;
  });
  REQUIRE(listening);
  CHECK(listening->state == State::kOnline);
  const std::size_t before = count();
  CHECK(outlook.Obey("offline").ok);
  CHECK(outlook.Obey("online").ok);  // is notified, and is no news to the agent
  CHECK(outlook.Obey("capabilities none").ok);
  CHECK(told.AwaitReason(Reason::kNoNotifications));
  const auto all = told.All();
  for (std::size_t i = before; i < all.size(); ++i) CHECK(all[i].state != State::kOffline);
  CHECK(outlook.Obey("capabilities both").ok);
  CHECK(told.AwaitState(State::kOnline));
  CHECK_FALSE(outlook.Obey("capabilities some").ok);
  CHECK_FALSE(outlook.Obey("capabilities").ok);
  CHECK(add_in.is_ticked());
}

TEST_CASE_FIXTURE(Fixture, "an unticked add-in tells nothing, and one that is ticked again tells the present state") {
  const UniqueFd running = LockOutlook(home.path());
  CHECK(outlook.Obey("untick").text == "the add-in is unticked");
  CHECK(outlook.Obey("untick").text == "the add-in is unticked already");
  CHECK(told.AwaitReason(Reason::kAgentMissing));
  CHECK(outlook.Obey("offline").ok);
  CHECK(outlook.Obey("capabilities online").ok);  // does not tick it
  CHECK_FALSE(add_in.is_ticked());
  CHECK(outlook.Obey("state").text == "offline, capabilities online, profile \"Ann\u00E9\", add-in unticked");
  CHECK(outlook.Obey("tick").text == "the add-in is ticked");
  CHECK(outlook.Obey("tick").text == "the add-in is ticked already");
  CHECK(told.AwaitState(State::kOffline));
}

TEST_CASE_FIXTURE(Fixture, "quit tells the bridge that Outlook closes before it ends the process") {
  const Answer answer = outlook.Obey("quit");
  CHECK(answer.ok);
  CHECK(answer.ending == Ending::kQuit);
  CHECK(told.AwaitReason(Reason::kStopped));
  CHECK(told.AwaitReason(Reason::kOutlookNotRunning));
}

TEST_CASE_FIXTURE(Fixture, "exit and crash tell nobody") {
  CHECK(outlook.Obey("exit").ending == Ending::kExit);
  CHECK(outlook.Obey("crash").ending == Ending::kCrash);
  CHECK(add_in.is_ticked());
}

TEST_CASE_FIXTURE(Fixture, "a silent change is not noticed, and one notification of a change is what its type says") {
  const std::size_t before = count();
  CHECK(outlook.Obey("silent offline").text == "offline, not notified");
  CHECK(outlook.Obey("state").text.rfind("offline,", 0) == 0);
  CHECK(outlook.Obey("silent online").ok);
  CHECK(outlook.Obey("transition start offline").text == "notified start offline");
  CHECK(outlook.Obey("state").text.rfind("online,", 0) == 0);
  CHECK(count() == before);
  CHECK(outlook.Obey("transition statechange offline").ok);
  REQUIRE(told.AwaitState(State::kOffline));
  CHECK(outlook.Obey("state").text.rfind("offline,", 0) == 0);
  CHECK(outlook.Obey("transition done online").ok);
  REQUIRE(told.AwaitState(State::kOnline));
  for (const char* line : {"silent", "silent away", "silent offline now", "transition", "transition start",
                           "transition middle offline", "transition done", "transition done offline now"}) {
    CHECK_FALSE(outlook.Obey(line).ok);
  }
}

TEST_CASE_FIXTURE(
    Fixture, "the Outbox and the connection mode are what they are set to, and the mode follows the state before") {
  CHECK(session.exchange_connection_mode() == 700);
  CHECK(outlook.Obey("offline").ok);
  CHECK(session.exchange_connection_mode() == 200);
  CHECK(outlook.Obey("silent online").ok);
  CHECK(session.exchange_connection_mode() == 700);
  const std::pair<const char*, std::uint32_t> modes[] = {
      {"none", 0}, {"working-offline", 200}, {"disconnected", 400}, {"connected", 700}};
  for (const auto& [name, mode] : modes) {
    CHECK(outlook.Obey(std::string("connection ") + name).text == std::string("connection ") + name);
    CHECK(session.exchange_connection_mode() == mode);
  }
  CHECK(outlook.Obey("offline").ok);
  CHECK(session.exchange_connection_mode() == 700);  // chosen
  CHECK(outlook.Obey("outbox 3").text == "outbox 3");
  CHECK(session.outbox_items == 3);
  for (const char* line : {"outbox", "outbox -1", "outbox 1000001", "outbox 3x", "outbox 4 5", "outbox  4",
                           "connection", "connection lost", "outboxes 3"}) {
    CHECK_FALSE(outlook.Obey(line).ok);
  }
  CHECK(session.outbox_items == 3);
}

// The simulated Outlook's main thread between two lines: it runs what the agent hands over.
TEST_CASE("the main loop gives the lines in their order, and between them runs what is posted, and what is due") {
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

// With the real loop: a bridge's refresh goes to the agent's thread, from there to the main thread, and comes back.
TEST_CASE("a refresh of the bridge finds a silent change, and the Outbox and the connection mode come with it") {
  const TemporaryHome home;
  Provider provider;
  g_mapi = &provider.mapi;
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::FILE* const input = fdopen(ends[0], "r");
  const auto loop = std::make_shared<MainLoop>(input);
  SimulatedSession session;
  AgentOptions options{home.path(), "16.0.1", u"Outlook", &Provider::Open};
  options.main_thread = loop;
  options.object_model = std::make_shared<SimulatedObjectModel>(session);
  AgentAddIn add_in(options);
  SimulatedOutlook outlook(OfflineObject(&Provider::Open, u"Outlook"), &Command, add_in, session, "Outlook");
  std::string error;
  REQUIRE(add_in.Tick(error));
  Recorder told;
  const auto bridge = ChannelClient::Start(home.path(), told.Listener());
  std::thread test([&] {
    const auto has = [](State state, std::uint32_t items) {
      return [=](const Report& report) { return report.state == state && report.reading.outbox_items == items; };
    };
    CHECK(told.Await(has(State::kOnline, 0)));  // the connection asked for it
    loop->Post([&] {
      outlook.Obey("silent offline");
      session.outbox_items = 2;
      bridge->Refresh();
    });
    const auto offline = told.Await(has(State::kOffline, 2));
    REQUIRE(offline);
    CHECK_FALSE(offline->since_known);
    CHECK(offline->reading.exchange_connection_mode == 200U);
    CHECK(offline->confirmed);
    loop->Post([&] { outlook.Obey("outbox 5"); });  // an item was sent: nobody has to ask
    CHECK(told.Await(has(State::kOffline, 5)));
    loop->Post([&] { outlook.Obey("untick"); });
    CHECK(told.AwaitReason(Reason::kAgentMissing));
    close(ends[1]);
  });
  std::string line;
  CHECK_FALSE(loop->NextLine(line));
  test.join();
  std::fclose(input);
}

TEST_CASE_FIXTURE(Fixture, "a line that is no command is refused, and the commands are named") {
  for (const char* line : {"", "Offline", "offline ", "capabilitiesboth", "nonsense"}) {
    const Answer answer = outlook.Obey(line);
    CHECK_FALSE(answer.ok);
    CHECK(answer.text.find("capabilities <none|online|offline|both>") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "an agent that cannot serve leaves the add-in unticked, and says why") {
  AgentAddIn second(Options(&Provider::Open));
  SimulatedOutlook another(OfflineObject(&Provider::Open, u"Ann\u00E9"), &Command, second, session, "Ann\u00E9");
  const Answer answer = another.Obey("tick");
  CHECK_FALSE(answer.ok);
  CHECK(answer.text.find("Another agent serves") != std::string::npos);
  CHECK_FALSE(second.is_ticked());
}

TEST_CASE("another provider is driven by the documented calls, and what only the simulated one can do is refused") {
  const TemporaryHome home;
  ScriptedMapi mapi;
  AgentAddIn add_in({home.path(), "16.0.1", u"Outlook", &ScriptedMapi::Open});
  SimulatedSession session;
  SimulatedOutlook outlook(OfflineObject(&ScriptedMapi::Open, u"Outlook"), nullptr, add_in, session, "Outlook");
  CHECK(outlook.Obey("offline").ok);
  CHECK(outlook.Obey("state").text == "offline, capabilities both, profile \"Outlook\", add-in unticked");
  CHECK(outlook.Obey("noise").text == "This Outlook's MAPI cannot do \"noise\": it is not the simulated one.");
  CHECK_FALSE(outlook.Obey("capabilities none").ok);
}

TEST_CASE("one Outlook runs in a home, and somebody who only looks does not keep it from starting") {
  const TemporaryHome home;
  {
    const UniqueFd first = LockOutlook(home.path());
    CHECK_THROWS_WITH_AS(LockOutlook(home.path()), doctest::Contains("A simulated Outlook runs already in the home"),
                         std::runtime_error);
  }
  const UniqueFd looking(open((home.run() + "/outlook.lock").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(flock(looking.get(), LOCK_SH) == 0);
  std::thread looker([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    flock(looking.get(), LOCK_UN);
  });
  CHECK(LockOutlook(home.path()));
  looker.join();
}

TEST_CASE("the process of the tests is not Outlook") { CHECK_FALSE(IsOutlookProcess()); }

}  // namespace
}  // namespace offline_state
