#include "simulated/offline_object.h"

#include <doctest/doctest.h>

#include "mapi/scripted_mapi.h"
#include "simulated/simulated_testing.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;

bool Says(const Answer& answer, const std::string& what) { return answer.text.find(what) != std::string::npos; }

TEST_CASE("goes to a state of the simulated MAPI, and answers once it is there") {
  testing::Provider provider;
  const OfflineObject object(&testing::Provider::Open, u"Outlook");
  for (const ULONG state : {kOff, kOff, kOn, kOff, kOn}) {
    const Answer answer = object.GoTo(state);
    CHECK(answer.ok);
    CHECK(answer.text == (state == kOn ? "online" : "offline"));
    CHECK(provider.mapi.state() == state);
  }
}

TEST_CASE("describes the state and the capabilities as the provider has them now") {
  testing::Provider provider;
  const OfflineObject object(&testing::Provider::Open, u"Outlook");
  CHECK(object.Describe().text == "online, capabilities both");
  provider.mapi.SetCapabilities(MAPIOFFLINE_CAPABILITY_OFFLINE);
  object.GoTo(kOff);
  CHECK(object.Describe().text == "offline, capabilities offline");
}

struct Fixture {
  ScriptedMapi mapi;
  OfflineObject object{&ScriptedMapi::Open, u"Foreign"};
};

TEST_CASE_FIXTURE(Fixture, "asks any provider by the documented calls, and leaves nothing held") {
  CHECK(object.GoTo(kOff).ok);
  CHECK(mapi.profile == u"Foreign");
  CHECK(mapi.calls == std::vector<std::string>{"open", "set", "state"});
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "each call that fails is answered with its name and code") {
  mapi.state_result = E_FAIL;
  CHECK(Says(object.GoTo(kOff), "GetCurrentState failed: E_FAIL (0x80004005)"));
  CHECK(Says(object.Describe(), "GetCurrentState failed"));
  mapi.state_result = S_OK;
  mapi.capabilities_result = E_NOTIMPL;
  CHECK(Says(object.Describe(), "GetCapabilities failed: E_NOTIMPL"));
  mapi.set_result = E_ACCESSDENIED;
  CHECK(Says(object.GoTo(kOff), "SetCurrentState failed: E_ACCESSDENIED"));
  mapi.open_result = MAPI_E_NOT_FOUND;
  CHECK(Says(object.GoTo(kOff), "HrOpenOfflineObj failed: MAPI_E_NOT_FOUND (0x8004010F)"));
  mapi.open_result = S_OK;
  mapi.open_gives_object = false;
  CHECK(Says(object.Describe(), "HrOpenOfflineObj failed: E_POINTER"));
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "a provider that promises and does not change is told after 2 s, and so is one that stays busy") {
  mapi.set_changes_state = false;
  Answer answer = object.GoTo(kOff);
  CHECK_FALSE(answer.ok);
  CHECK(answer.text == "Outlook is not offline within 2 s: its MAPI still says online.");
  mapi.set_result = E_PENDING;
  answer = object.GoTo(kOff);
  CHECK_FALSE(answer.ok);
  CHECK(Says(answer, "E_PENDING"));
  CHECK(mapi.references == 0);
}

TEST_CASE("without a MAPI library every answer says so") {
  const OfflineObject object(nullptr, u"Outlook");
  CHECK(Says(object.GoTo(kOff), "no MAPI library"));
  CHECK(Says(object.Describe(), "no MAPI library"));
  CHECK_FALSE(object.Describe().ok);
}

}  // namespace
}  // namespace offline_state
