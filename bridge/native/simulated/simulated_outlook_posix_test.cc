// The simulated Outlook in this process: its commands, the real agent, the real channel, and a bridge's end of it.
#include <doctest/doctest.h>

#include <string>

#include "channel/channel_testing_posix.h"
#include "mapi/scripted_mapi.h"
#include "simulated/agent_add_in.h"
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
  AgentAddIn add_in{Options(&Provider::Open)};
  SimulatedOutlook outlook{OfflineObject(&Provider::Open, u"Ann\u00E9"), &Command, add_in, "Ann\u00E9"};
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

TEST_CASE_FIXTURE(Fixture, "a line that is no command is refused, and the commands are named") {
  for (const char* line : {"", "Offline", "offline ", "capabilitiesboth", "nonsense"}) {
    const Answer answer = outlook.Obey(line);
    CHECK_FALSE(answer.ok);
    CHECK(answer.text.find("capabilities <none|online|offline|both>") != std::string::npos);
  }
}

TEST_CASE_FIXTURE(Fixture, "an agent that cannot serve leaves the add-in unticked, and says why") {
  AgentAddIn second(Options(&Provider::Open));
  SimulatedOutlook another(OfflineObject(&Provider::Open, u"Ann\u00E9"), &Command, second, "Ann\u00E9");
  const Answer answer = another.Obey("tick");
  CHECK_FALSE(answer.ok);
  CHECK(answer.text.find("Another agent serves") != std::string::npos);
  CHECK_FALSE(second.is_ticked());
}

TEST_CASE("another provider is driven by the documented calls, and what only the simulated one can do is refused") {
  const TemporaryHome home;
  ScriptedMapi mapi;
  AgentAddIn add_in({home.path(), "16.0.1", u"Outlook", &ScriptedMapi::Open});
  SimulatedOutlook outlook(OfflineObject(&ScriptedMapi::Open, u"Outlook"), nullptr, add_in, "Outlook");
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
