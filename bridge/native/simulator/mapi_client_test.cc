#include "simulator/mapi_client.h"

#include <doctest/doctest.h>

#include "mapi/scripted_mapi.h"
#include "simulator/simulator_testing.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;

bool Contains(const CommandResult& result, const std::string& part) {
  return result.text.find(part) != std::string::npos;
}

TEST_CASE("changes the state of the simulated MAPI, and returns when it has changed") {
  testing::Provider provider;
  const MapiClient client(&testing::Provider::Open, u"Outlook");
  for (const ULONG state : {kOff, kOff, kOn, kOff, kOn}) {
    const CommandResult result = client.SetState(state);
    CHECK(result.ok);
    CHECK(result.text == (state == kOn ? "online" : "offline"));
    CHECK(provider.mapi.state() == state);
  }
}

TEST_CASE("describes the current state and capabilities") {
  testing::Provider provider;
  const MapiClient client(&testing::Provider::Open, u"Outlook");
  CHECK(client.Describe().text == "online, capabilities both");
  provider.mapi.SetCapabilities(MAPIOFFLINE_CAPABILITY_OFFLINE);
  client.SetState(kOff);
  CHECK(client.Describe().text == "offline, capabilities offline");
}

struct Fixture {
  ScriptedMapi mapi;
  MapiClient client{&ScriptedMapi::Open, u"Foreign"};
};

TEST_CASE_FIXTURE(Fixture, "uses only the documented calls, and keeps no reference") {
  CHECK(client.SetState(kOff).ok);
  CHECK(mapi.profile == u"Foreign");
  CHECK(mapi.calls == std::vector<std::string>{"open", "set", "state"});
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "reports each call that fails by its name and code") {
  mapi.state_result = E_FAIL;
  CHECK(Contains(client.SetState(kOff), "GetCurrentState failed: E_FAIL (0x80004005)"));
  CHECK(Contains(client.Describe(), "GetCurrentState failed"));
  mapi.state_result = S_OK;
  mapi.capabilities_result = E_NOTIMPL;
  CHECK(Contains(client.Describe(), "GetCapabilities failed: E_NOTIMPL"));
  mapi.set_result = E_ACCESSDENIED;
  CHECK(Contains(client.SetState(kOff), "SetCurrentState failed: E_ACCESSDENIED"));
  mapi.open_result = MAPI_E_NOT_FOUND;
  CHECK(Contains(client.SetState(kOff), "HrOpenOfflineObj failed: MAPI_E_NOT_FOUND (0x8004010F)"));
  mapi.open_result = S_OK;
  mapi.open_gives_object = false;
  CHECK(Contains(client.Describe(), "HrOpenOfflineObj failed: E_POINTER"));
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "gives up after 2 s if the state does not change or the provider stays busy") {
  mapi.set_changes_state = false;
  CommandResult result = client.SetState(kOff);
  CHECK_FALSE(result.ok);
  CHECK(result.text == "Outlook did not go offline within 2 s: MAPI still reports online.");
  mapi.set_result = E_PENDING;
  result = client.SetState(kOff);
  CHECK_FALSE(result.ok);
  CHECK(Contains(result, "E_PENDING"));
  CHECK(mapi.references == 0);
}

TEST_CASE("fails without a MAPI library") {
  const MapiClient client(nullptr, u"Outlook");
  CHECK(Contains(client.SetState(kOff), "No MAPI library"));
  CHECK(Contains(client.Describe(), "No MAPI library"));
  CHECK_FALSE(client.Describe().ok);
}

}  // namespace
}  // namespace offline_state
