#include "agent/windows/add_in.h"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "agent/windows/com_object.h"
#include "agent/windows/message_loop_testing.h"
#include "agent/windows/object_model.h"
#include "mapi/com_ptr.h"
#include "simulator/windows/application.h"

namespace offline_state {
namespace {

using testing::PumpBriefly;
using testing::PumpUntil;

// Records the actions of the add-in.
struct RecordedActions {
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
    actions.end = [this](ShutdownReason why) {
      calls.emplace_back(why == ShutdownReason::kOutlookClosing ? "end: Outlook closes" : "end: disconnected");
      if (throws) throw std::runtime_error("end");
    };
    actions.item_sent = [this] {
      calls.emplace_back("item sent");
      if (throws) throw std::runtime_error("item sent");
    };
    return actions;
  }
};

struct Fixture {
  RecordedActions recorded;
  ComPtr<SimulatedApplication> application = SimulatedApplication::Create(L"16.0.1", L"Work");
  unsigned long held_before = application->held_references();
  ComPtr<IDTExtensibility2> add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(recorded.Actions()));

  void Connect(ext_ConnectMode mode) { CHECK(add_in->OnConnection(application.get(), mode, nullptr, nullptr) == S_OK); }
};

using Calls = std::vector<std::string>;

TEST_CASE("begins from the message loop after OnStartupComplete when Outlook starts") {
  Fixture outlook;
  outlook.Connect(ext_cm_Startup);
  CHECK(outlook.recorded.calls.empty());
  CHECK(outlook.add_in->OnStartupComplete(nullptr) == S_OK);
  CHECK(outlook.recorded.calls.empty());
  CHECK(PumpUntil([&] { return !outlook.recorded.calls.empty(); }));
  CHECK(outlook.recorded.calls == Calls{"begin"});
  CHECK(outlook.recorded.profile == u"Work");
  PumpBriefly();
  CHECK(outlook.recorded.calls == Calls{"begin"});
}

TEST_CASE("begins at once when the user enables the add-in, because OnStartupComplete is not called then") {
  Fixture outlook;
  outlook.Connect(ext_cm_AfterStartup);
  CHECK(outlook.recorded.calls == Calls{"begin"});
  outlook.add_in->OnStartupComplete(nullptr);
  PumpBriefly();
  CHECK(outlook.recorded.calls == Calls{"begin"});
}

TEST_CASE("ends once, at the first of Quit, OnBeginShutdown and OnDisconnection") {
  using Step = void (*)(Fixture&);
  const Step quit = [](Fixture& outlook) { outlook.application->FireQuit(); };
  const Step begin_shutdown = [](Fixture& outlook) { outlook.add_in->OnBeginShutdown(nullptr); };
  const Step disconnect = [](Fixture& outlook) { outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr); };
  const std::vector<std::vector<Step>> orders = {{quit, begin_shutdown, disconnect},
                                                 {begin_shutdown, quit, disconnect},
                                                 {begin_shutdown, disconnect},
                                                 {quit, disconnect},
                                                 {quit, quit},
                                                 {disconnect, disconnect}};
  for (const auto& order : orders) {
    Fixture outlook;
    outlook.Connect(ext_cm_AfterStartup);
    for (const Step step : order) step(outlook);
    CHECK(outlook.recorded.calls == Calls{"begin", "end: Outlook closes"});
  }
}

TEST_CASE("ends at Quit alone, as in a fast shutdown") {
  Fixture outlook;
  outlook.Connect(ext_cm_AfterStartup);
  outlook.application->FireQuit();
  CHECK(outlook.recorded.calls == Calls{"begin", "end: Outlook closes"});
}

TEST_CASE("reports sent items between begin and end only") {
  Fixture outlook;
  outlook.Connect(ext_cm_Startup);
  outlook.application->FireItemSend();
  CHECK(outlook.recorded.calls.empty());
  outlook.add_in->OnStartupComplete(nullptr);
  REQUIRE(PumpUntil([&] { return !outlook.recorded.calls.empty(); }));
  outlook.application->FireItemSend();
  outlook.application->FireItemSend();
  CHECK(outlook.recorded.calls == Calls{"begin", "item sent", "item sent"});
  outlook.application->FireQuit();
  outlook.application->FireItemSend();
  CHECK(outlook.recorded.calls.back() == "end: Outlook closes");
}

TEST_CASE("distinguishes disconnection from shutdown, and begins again when it is enabled again") {
  Fixture outlook;
  for (int i = 0; i < 2; ++i) {
    outlook.recorded.calls.clear();
    outlook.Connect(ext_cm_AfterStartup);
    outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    CHECK(outlook.recorded.calls == Calls{"begin", "end: disconnected"});
  }
}

TEST_CASE("does not begin if Outlook closes while it starts") {
  Fixture outlook;
  outlook.Connect(ext_cm_Startup);
  outlook.add_in->OnBeginShutdown(nullptr);
  outlook.add_in->OnStartupComplete(nullptr);
  PumpBriefly();
  CHECK(outlook.recorded.calls.empty());
}

TEST_CASE("does not begin after Quit, whether it comes before or after OnStartupComplete") {
  for (const bool is_complete : {false, true}) {
    Fixture outlook;
    outlook.Connect(ext_cm_Startup);
    if (is_complete) outlook.add_in->OnStartupComplete(nullptr);
    outlook.application->FireQuit();
    if (!is_complete) outlook.add_in->OnStartupComplete(nullptr);
    PumpBriefly();
    CHECK(outlook.recorded.calls.empty());
    outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr);
    CHECK(outlook.application->held_references() == outlook.held_before);
    CHECK(outlook.recorded.calls.empty());
  }
}

TEST_CASE("does not begin if it is disconnected or released before the deferred call runs") {
  for (const bool is_released : {false, true}) {
    Fixture outlook;
    outlook.Connect(ext_cm_Startup);
    outlook.add_in->OnStartupComplete(nullptr);
    if (!is_released) outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    outlook.add_in = {};
    PumpBriefly();
    CHECK(outlook.recorded.calls.empty());
  }
}

TEST_CASE("begins in each of two add-ins that start together") {
  Fixture one;
  Fixture two;
  one.Connect(ext_cm_Startup);
  two.Connect(ext_cm_Startup);
  one.add_in->OnStartupComplete(nullptr);
  two.add_in->OnStartupComplete(nullptr);
  CHECK(PumpUntil([&] { return !one.recorded.calls.empty() && !two.recorded.calls.empty(); }));
}

TEST_CASE("ends when it is released without OnDisconnection") {
  Fixture outlook;
  outlook.Connect(ext_cm_AfterStartup);
  outlook.add_in = {};
  CHECK(outlook.recorded.calls == Calls{"begin", "end: disconnected"});
}

TEST_CASE("releases Outlook's objects and its own after the end") {
  const long references = ModuleReferences();
  {
    Fixture outlook;
    outlook.Connect(ext_cm_AfterStartup);
    CHECK(outlook.application->held_references() > outlook.held_before);
    CHECK(ModuleReferences() > references);
    outlook.add_in->OnDisconnection(ext_dm_UserClosed, nullptr);
    CHECK(outlook.application->held_references() == outlook.held_before);
    outlook.add_in = {};
    CHECK(ModuleReferences() == references);
    outlook.application->FireQuit();
    CHECK(outlook.recorded.calls == Calls{"begin", "end: disconnected"});
  }
}

TEST_CASE("lets no exception out of any callback") {
  Fixture outlook;
  outlook.recorded.throws = true;
  outlook.Connect(ext_cm_Startup);
  CHECK(outlook.add_in->OnStartupComplete(nullptr) == S_OK);
  CHECK(PumpUntil([&] { return !outlook.recorded.calls.empty(); }));
  outlook.application->FireItemSend();
  outlook.application->FireQuit();
  CHECK(outlook.add_in->OnBeginShutdown(nullptr) == S_OK);
  CHECK(outlook.add_in->OnAddInsUpdate(nullptr) == S_OK);
  CHECK(outlook.add_in->OnDisconnection(ext_dm_HostShutdown, nullptr) == S_OK);
  CHECK(outlook.recorded.calls == Calls{"begin", "item sent", "end: Outlook closes"});
  CHECK(GuardExceptions([]() -> HRESULT { throw std::bad_alloc(); }) == E_OUTOFMEMORY);
  CHECK(GuardExceptions([]() -> HRESULT { throw 1; }) == E_UNEXPECTED);
}

// An Application that throws from every method, which a real one must not do.
class ThrowingApplication final : public IDispatch {
 public:
  virtual ~ThrowingApplication() = default;
  ULONG STDMETHODCALLTYPE AddRef() override { return 2; }
  ULONG STDMETHODCALLTYPE Release() override { return 1; }
  HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT*) override { throw std::runtime_error("GetTypeInfoCount"); }
  HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo**) override { throw std::runtime_error("GetTypeInfo"); }
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) override { throw std::runtime_error("QueryInterface"); }
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) override {
    throw std::runtime_error("GetIDsOfNames");
  }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*, UINT*) override {
    throw std::runtime_error("Invoke");
  }
};

TEST_CASE("survives an Application that throws or is missing") {
  ThrowingApplication throwing;
  for (IDispatch* application : {static_cast<IDispatch*>(&throwing), static_cast<IDispatch*>(nullptr)}) {
    RecordedActions recorded;
    const auto add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(recorded.Actions()));
    CHECK(add_in->OnConnection(application, ext_cm_AfterStartup, nullptr, nullptr) == S_OK);
    CHECK(recorded.calls == Calls{"begin"});
    CHECK(add_in->OnDisconnection(ext_dm_UserClosed, nullptr) == S_OK);
  }
}

TEST_CASE("returns the interfaces that it implements and no other") {
  Fixture outlook;
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
