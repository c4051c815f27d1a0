#include "mapi/monitor.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

#include "mapi/notify_sink.h"
#include "mapi/scripted_mapi.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;
const std::u16string kProfile = u"Ann\u00E9 \U0001F4E7";

struct Fixture {
  void Start() { monitor->Start(&ScriptedMapi::Open, kProfile); }

  ScriptedMapi mapi;
  std::shared_ptr<LatestValue<Status>> status = std::make_shared<LatestValue<Status>>([] {});
  std::shared_ptr<StatusTracker> tracker = std::make_shared<StatusTracker>(status);
  std::unique_ptr<Monitor> monitor = std::make_unique<Monitor>(tracker);
};

TEST_CASE_FIXTURE(Fixture, "Monitor: does the five steps in order, with the arguments of the reference") {
  Start();
  CHECK(mapi.profile == kProfile);
  CHECK(mapi.open_reserved == 0);
  CHECK(mapi.open_guid == kGuidGlobalState);
  CHECK(mapi.open_reserved2_was_null);
  CHECK(mapi.advise_flags == MAPIOFFLINE_ADVISE_DEFAULT);
  CHECK(mapi.advised.ulSize == sizeof(MAPIOFFLINE_ADVISEINFO));
  CHECK(mapi.advised.CallbackType == MAPIOFFLINE_CALLBACK_TYPE_NOTIFY);
  CHECK(mapi.advised.ulAdviseTypes == MAPIOFFLINE_ADVISE_TYPE_STATECHANGE);
  CHECK(mapi.advised.ulStateMask == MAPIOFFLINE_STATE_ALL);
  monitor->Stop();
  CHECK(mapi.unadvise_flags == MAPIOFFLINE_UNADVISE_DEFAULT);
  CHECK(mapi.unadvise_token == ScriptedMapi::kToken);
  CHECK(mapi.calls == std::vector<std::string>{"open", "capabilities", "advise", "state", "unadvise"});
}

TEST_CASE_FIXTURE(Fixture, "Monitor: publishes in one status that it listens and which state it found") {
  mapi.state = kOff | 0x00010100U;
  Start();
  const auto published = status->Take();
  REQUIRE(published);
  CHECK(published->number == 1);
  CHECK(published->source.phase == Phase::kListening);
  CHECK(published->state == State::kOffline);
  CHECK_FALSE(published->since_known);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: releases the sink right after Advise and the manager after Unadvise") {
  const long before = NotifySink::alive();
  Start();
  CHECK(mapi.references == 1);
  CHECK(mapi.callback->AddRef() == 2);  // Outlook's reference is the only other one
  CHECK(mapi.callback->Release() == 1);
  monitor->Stop();
  CHECK(mapi.references == 0);
  CHECK(NotifySink::alive() == before);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: unadvises once, even if it is stopped twice and then destroyed") {
  Start();
  monitor->Stop();
  monitor->Stop();
  monitor.reset();
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.calls.size() == 5);
  CHECK(tracker->status().source.reason == Reason::kStopped);
  CHECK(tracker->status().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: unadvises in its destructor") {
  Start();
  monitor.reset();
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: does not retry a failed Unadvise, and releases everything") {
  mapi.unadvise_result = E_FAIL;
  Start();
  monitor->Stop();
  monitor->Stop();
  CHECK(mapi.calls.size() == 5);
  CHECK(mapi.references == 0);
  CHECK(tracker->status().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: calls nothing if it is stopped without a start") {
  monitor->Stop();
  CHECK(mapi.calls.empty());
  CHECK(tracker->status().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: reports mapi-missing without a MAPI library") {
  monitor->Start(nullptr, kProfile);
  CHECK(tracker->status().source.phase == Phase::kUnavailable);
  CHECK(tracker->status().source.reason == Reason::kMapiMissing);
  CHECK(tracker->status().source.code == 0);
}

TEST_CASE("Monitor: reports reason and code of a failed step, and leaves nothing held or registered") {
  struct Step {
    const char* name;
    HRESULT ScriptedMapi::*result;
    Reason reason;
    std::size_t calls;
  };
  const Step steps[] = {
      {"open", &ScriptedMapi::open_result, Reason::kOpenFailed, 1},
      {"capabilities", &ScriptedMapi::capabilities_result, Reason::kNoNotifications, 2},
      {"advise", &ScriptedMapi::advise_result, Reason::kAdviseFailed, 3},
  };
  const HRESULT codes[] = {
      MAPI_E_NOT_FOUND, E_INVALIDARG, E_NOINTERFACE, E_NOTIMPL,      E_PENDING,
      E_OUTOFMEMORY,    E_FAIL,       E_UNEXPECTED,  E_ACCESSDENIED, static_cast<HRESULT>(0x80040110U)};
  for (const Step& step : steps) {
    for (const HRESULT code : codes) {
      CAPTURE(step.name);
      CAPTURE(code);
      const long sinks = NotifySink::alive();
      Fixture fixture;
      fixture.mapi.*step.result = code;
      fixture.Start();
      CHECK(fixture.tracker->status().source.phase == Phase::kUnavailable);
      CHECK(fixture.tracker->status().source.reason == step.reason);
      CHECK(fixture.tracker->status().source.code == code);
      CHECK(fixture.tracker->status().state == State::kUnknown);
      CHECK(fixture.mapi.references == 0);
      CHECK(NotifySink::alive() == sinks);
      fixture.monitor->Stop();
      CHECK(fixture.mapi.calls.size() == step.calls);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "Monitor: reports open-failed if HrOpenOfflineObj succeeds without an object") {
  mapi.open_gives_object = false;
  Start();
  CHECK(tracker->status().source.reason == Reason::kOpenFailed);
  CHECK(tracker->status().source.code == E_POINTER);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: reports no-notifications if neither direction is notified") {
  mapi.capabilities = 0x4;
  Start();
  CHECK(tracker->status().source.reason == Reason::kNoNotifications);
  CHECK(tracker->status().source.code == 0);
  CHECK(mapi.calls.back() == "capabilities");
  CHECK(mapi.references == 0);
}

TEST_CASE("Monitor: reports the directions that are notified") {
  for (const ULONG capabilities : {0x1U, 0x2U, 0x3U, 0xFFFFFFFFU}) {
    Fixture fixture;
    fixture.mapi.capabilities = capabilities;
    fixture.Start();
    const Source source = fixture.tracker->status().source;
    CHECK(source.phase == Phase::kListening);
    CHECK(source.notifies_offline == ((capabilities & 1) != 0));
    CHECK(source.notifies_online == ((capabilities & 2) != 0));
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "Monitor: listens with an unknown state until the first notification if the state cannot be read") {
  mapi.state_result = E_FAIL;
  Start();
  CHECK(tracker->status().source.phase == Phase::kListening);
  CHECK(tracker->status().state == State::kUnknown);
  mapi.Notify(kOff);
  CHECK(tracker->status().state == State::kOffline);
  CHECK(tracker->status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: takes the reading if it differs from a notification within Advise") {
  mapi.state = kOff;
  mapi.during_advise = [this] { mapi.Notify(kOn); };
  Start();
  CHECK(tracker->status().state == State::kOffline);
}

TEST_CASE_FIXTURE(
    Fixture, "Monitor: knows the beginning of a state that was notified within Advise and confirmed by the reading") {
  mapi.state = kOff;
  mapi.during_advise = [this] { mapi.Notify(kOff); };
  Start();
  CHECK(tracker->status().state == State::kOffline);
  CHECK(tracker->status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: does not deadlock if Advise waits for a notification on another thread") {
  mapi.state_result = E_FAIL;
  mapi.during_advise = [this] { std::thread([this] { mapi.Notify(kOn); }).join(); };
  Start();
  CHECK(tracker->status().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: keeps a notification that comes while the state is read") {
  mapi.state = kOn;
  mapi.during_get_state = [this] { mapi.Notify(kOff); };
  Start();
  CHECK(tracker->status().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: keeps no state if Advise notifies and then fails") {
  mapi.during_advise = [this] { mapi.Notify(kOn); };
  mapi.advise_result = E_FAIL;
  Start();
  CHECK(tracker->status().source.reason == Reason::kAdviseFailed);
  CHECK(tracker->status().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: ignores a notification that Unadvise waits for on another thread") {
  mapi.during_unadvise = [this] { std::thread([this] { mapi.Notify(kOff); }).join(); };
  Start();
  monitor->Stop();
  CHECK(tracker->status().state == State::kUnknown);
  CHECK(tracker->status().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "Monitor: keeps the sink alive for a provider that notifies after Unadvise") {
  mapi.keeps_callback = true;
  Start();
  monitor.reset();
  const std::weak_ptr<StatusTracker> outlives = tracker;
  tracker.reset();
  mapi.Notify(kOn);
  REQUIRE_FALSE(outlives.expired());
  CHECK(outlives.lock()->status().state == State::kUnknown);
  mapi.callback = {};
  CHECK(outlives.expired());
}

TEST_CASE("Monitor: ends with an unknown state and no references if it stops during notifications on several threads") {
  for (int round = 0; round < 50; ++round) {
    const long sinks = NotifySink::alive();
    {
      Fixture fixture;
      fixture.mapi.keeps_callback = true;
      fixture.Start();
      std::vector<std::thread> threads;
      for (int t = 0; t < 3; ++t) {
        threads.emplace_back([mine = fixture.mapi.callback, t] {
          for (int i = 0; i < 50; ++i) {
            const MAPIOFFLINE_NOTIFY info = ScriptedMapi::Notification((i + t) % 2 == 0 ? kOn : kOff);
            mine->Notify(&info);
          }
        });
      }
      fixture.monitor->Stop();
      for (std::thread& thread : threads) thread.join();
      threads.clear();
      CHECK(fixture.tracker->status().state == State::kUnknown);
      CHECK(fixture.mapi.references == 0);
    }
    CHECK(NotifySink::alive() == sinks);
  }
}

}  // namespace
}  // namespace offline_state
