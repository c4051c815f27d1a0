// The add-in in the order of Outlook's callbacks, and at Outlook's hands when something goes wrong.
#include "agent/com/add_in_windows.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "agent/com/boundary.h"
#include "agent/com/late_binding_windows.h"
#include "agent/com/live_objects.h"
#include "mapi/com_ptr.h"
#include "simulated/application_windows.h"
#include "simulated/dispatch_windows.h"

namespace offline_state {
namespace {

// What the add-in drives, remembered.
struct Driven {
  std::vector<std::string> calls;
  std::u16string profile;
  bool throws = false;

  AddInActions Actions() {
    AddInActions actions;
    actions.begin = [this](IDispatch* application) {
      calls.emplace_back("begin");
      profile = ProfileOf(application);
      if (throws) throw std::runtime_error("begin");
    };
    actions.end = [this](Goodbye why) {
      calls.emplace_back(why == Goodbye::kOutlookCloses ? "end: Outlook closes" : "end: disconnected");
      if (throws) throw std::runtime_error("end");
    };
    actions.item_sent = [this] {
      calls.emplace_back("item sent");
      if (throws) throw std::runtime_error("item sent");
    };
    return actions;
  }
};

struct Outlook {
  Driven driven;
  ComPtr<Application> application = Application::Create(L"16.0.1", L"Work");
  unsigned long held_before = application->held();
  ComPtr<IDTExtensibility2> add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(driven.Actions()));

  void Connect(ext_ConnectMode mode) { CHECK(add_in->OnConnection(application.get(), mode, nullptr, nullptr) == S_OK); }
};

// Outlook's message loop, for as long as it takes (10 s at most) until `done`.
template <typename Condition>
bool Pump(Condition done) {
  for (int i = 0; i < 1000 && !done(); ++i) {
    MsgWaitForMultipleObjects(0, nullptr, FALSE, 10, QS_ALLINPUT);
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0) DispatchMessageW(&message);
  }
  return done();
}

// Long enough for what must not be done.
void PumpInVain() {
  for (int i = 0; i < 10; ++i) {
    bool once = false;
    Pump([&once] { return std::exchange(once, true); });
  }
}

using Calls = std::vector<std::string>;

TEST_CASE("when Outlook starts, its session is asked for only after it has started") {
  Outlook outlook;
  outlook.Connect(ext_cm_Startup);
  CHECK(outlook.driven.calls.empty());
  CHECK(outlook.add_in->OnStartupComplete(nullptr) == S_OK);
  CHECK(outlook.driven.calls.empty());
  CHECK(Pump([&] { return !outlook.driven.calls.empty(); }));
  CHECK(outlook.driven.calls == Calls{"begin"});
  CHECK(outlook.driven.profile == u"Work");
  PumpInVain();
  CHECK(outlook.driven.calls == Calls{"begin"});
}

TEST_CASE("when the user ticks the add-in it begins at once, because nothing else will come") {
  Outlook outlook;
  outlook.Connect(ext_cm_AfterStartup);
  CHECK(outlook.driven.calls == Calls{"begin"});
  outlook.add_in->OnStartupComplete(nullptr);
  PumpInVain();
  CHECK(outlook.driven.calls == Calls{"begin"});
}

TEST_CASE("of Quit, OnBeginShutdown and OnDisconnection the first ends, once") {
  using Step = void (*)(Outlook&);
  const Step quit = [](Outlook& outlook) { outlook.application->FireQuit(); };
  const Step begin_shutdown = [](Outlook& outlook) { outlook.add_in->OnBeginShutdown(nullptr); };
  const Step disconnect = [](Outlook& outlook) { outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr); };
  const std::vector<std::vector<Step>> orders = {{quit, begin_shutdown, disconnect},
                                                 {begin_shutdown, quit, disconnect},
                                                 {begin_shutdown, disconnect},
                                                 {quit, disconnect},
                                                 {quit, quit},
                                                 {disconnect, disconnect}};
  for (const auto& order : orders) {
    Outlook outlook;
    outlook.Connect(ext_cm_AfterStartup);
    for (const Step step : order) step(outlook);
    CHECK(outlook.driven.calls == Calls{"begin", "end: Outlook closes"});
  }
}

TEST_CASE("Quit alone ends it, as in a fast shutdown that tells nothing else") {
  Outlook outlook;
  outlook.Connect(ext_cm_AfterStartup);
  outlook.application->FireQuit();
  CHECK(outlook.driven.calls == Calls{"begin", "end: Outlook closes"});
}

TEST_CASE("an item that is sent is heard between begin and end, and at no other time") {
  Outlook outlook;
  outlook.Connect(ext_cm_Startup);
  outlook.application->FireItemSend();
  CHECK(outlook.driven.calls.empty());
  outlook.add_in->OnStartupComplete(nullptr);
  REQUIRE(Pump([&] { return !outlook.driven.calls.empty(); }));
  outlook.application->FireItemSend();
  outlook.application->FireItemSend();
  CHECK(outlook.driven.calls == Calls{"begin", "item sent", "item sent"});
  outlook.application->FireQuit();
  outlook.application->FireItemSend();
  CHECK(outlook.driven.calls.back() == "end: Outlook closes");
}

TEST_CASE("unticked is not the same as closed, and ticking it again begins again") {
  Outlook outlook;
  for (int i = 0; i < 2; ++i) {
    outlook.driven.calls.clear();
    outlook.Connect(ext_cm_AfterStartup);
    outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    CHECK(outlook.driven.calls == Calls{"begin", "end: disconnected"});
  }
}

TEST_CASE("an Outlook that closes while it starts has nothing begun after that") {
  Outlook outlook;
  outlook.Connect(ext_cm_Startup);
  outlook.add_in->OnBeginShutdown(nullptr);
  outlook.add_in->OnStartupComplete(nullptr);
  PumpInVain();
  CHECK(outlook.driven.calls.empty());
}

TEST_CASE("Quit is heard while Outlook starts, before and after its start is complete, and nothing begins after it") {
  for (const bool is_complete : {false, true}) {
    Outlook outlook;
    outlook.Connect(ext_cm_Startup);
    if (is_complete) outlook.add_in->OnStartupComplete(nullptr);
    outlook.application->FireQuit();
    if (!is_complete) outlook.add_in->OnStartupComplete(nullptr);
    PumpInVain();
    CHECK(outlook.driven.calls.empty());
    outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr);
    CHECK(outlook.application->held() == outlook.held_before);
    CHECK(outlook.driven.calls.empty());
  }
}

TEST_CASE("an add-in that is disconnected, or let go, before Outlook had time for it never begins") {
  for (const bool is_let_go : {false, true}) {
    Outlook outlook;
    outlook.Connect(ext_cm_Startup);
    outlook.add_in->OnStartupComplete(nullptr);
    if (!is_let_go) outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    outlook.add_in = {};
    PumpInVain();
    CHECK(outlook.driven.calls.empty());
  }
}

TEST_CASE("each of two add-ins begins when Outlook has time") {
  Outlook one;
  Outlook two;
  one.Connect(ext_cm_Startup);
  two.Connect(ext_cm_Startup);
  one.add_in->OnStartupComplete(nullptr);
  two.add_in->OnStartupComplete(nullptr);
  CHECK(Pump([&] { return !one.driven.calls.empty() && !two.driven.calls.empty(); }));
}

TEST_CASE("an add-in that is let go without a word ends too") {
  Outlook outlook;
  outlook.Connect(ext_cm_AfterStartup);
  outlook.add_in = {};
  CHECK(outlook.driven.calls == Calls{"begin", "end: disconnected"});
}

TEST_CASE("nothing of Outlook's is held after the end, and nothing of ours lives") {
  const long alive = LiveObjects();
  {
    Outlook outlook;
    outlook.Connect(ext_cm_AfterStartup);
    CHECK(outlook.application->held() > outlook.held_before);
    CHECK(LiveObjects() > alive);
    outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    CHECK(outlook.application->held() == outlook.held_before);
    outlook.add_in = {};
    CHECK(LiveObjects() == alive);
    outlook.application->FireQuit();
    CHECK(outlook.driven.calls == Calls{"begin", "end: disconnected"});
  }
}

TEST_CASE("what is thrown behind any entry stays behind it") {
  Outlook outlook;
  outlook.driven.throws = true;
  outlook.Connect(ext_cm_Startup);
  CHECK(outlook.add_in->OnStartupComplete(nullptr) == S_OK);
  CHECK(Pump([&] { return !outlook.driven.calls.empty(); }));
  outlook.application->FireItemSend();
  outlook.application->FireQuit();
  CHECK(outlook.add_in->OnBeginShutdown(nullptr) == S_OK);
  CHECK(outlook.add_in->OnAddInsUpdate(nullptr) == S_OK);
  CHECK(outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr) == S_OK);
  CHECK(outlook.driven.calls == Calls{"begin", "item sent", "end: Outlook closes"});
  CHECK(AtBoundary([]() -> HRESULT { throw std::bad_alloc(); }) == E_OUTOFMEMORY);
  CHECK(AtBoundary([]() -> HRESULT { throw 1; }) == E_UNEXPECTED);
}

// An Application that throws at every touch, which a real one must not; and one that has nothing to say.
class Throwing final : public OfOneThread<IDispatch> {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) override { throw std::runtime_error("QueryInterface"); }
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) override {
    throw std::runtime_error("GetIDsOfNames");
  }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*, UINT*) override {
    throw std::runtime_error("Invoke");
  }
};

TEST_CASE("an Application that throws, or that is missing, does not bring Outlook down") {
  const auto throwing = ComPtr<Throwing>::Adopt(new Throwing);
  for (IDispatch* application : {static_cast<IDispatch*>(throwing.get()), static_cast<IDispatch*>(nullptr)}) {
    Driven driven;
    const auto add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(driven.Actions()));
    CHECK(add_in->OnConnection(application, ext_cm_AfterStartup, nullptr, nullptr) == S_OK);
    CHECK(driven.calls == Calls{"begin"});
    CHECK(add_in->OnDisconnection(ext_dm_UserClosed, nullptr) == S_OK);
  }
}

TEST_CASE("the object model is asked by name, and an answer of another kind is none") {
  const auto application = Application::Create(L"16.0.2",
                                               L"Pr\x00F6"
                                               L"fil");
  CHECK(VersionOf(application.get()) == "16.0.2");
  CHECK(ProfileOf(application.get()) == u"Pr\u00F6fil");
  CHECK(TextOf(application.get(), L"Session").empty());
  CHECK(TextOf(application.get(), L"Nothing").empty());
  CHECK_FALSE(ObjectOf(application.get(), L"Version"));
  CHECK(ProfileOf(nullptr).empty());
  CHECK_FALSE(ExchangeConnectionModeOf(nullptr));
  CHECK_FALSE(OutboxItemsOf(nullptr));
  CHECK_FALSE(NumberOf(application.get(), L"Version"));
}

TEST_CASE("each answers for the interfaces it has, and for no other") {
  Outlook outlook;
  for (const GUID& iid : {kIidUnknown, kIidDispatch, kIidDtExtensibility2}) {
    void* object = nullptr;
    CHECK(outlook.add_in->QueryInterface(iid, &object) == S_OK);
    CHECK(object == static_cast<void*>(outlook.add_in.get()));
    outlook.add_in->Release();
  }
  void* object = &outlook;
  CHECK(outlook.add_in->QueryInterface(kIidClassFactory, &object) == E_NOINTERFACE);
  CHECK(object == nullptr);
  CHECK(outlook.add_in->QueryInterface(kIidUnknown, nullptr) == E_POINTER);
}

}  // namespace
}  // namespace offline_state
