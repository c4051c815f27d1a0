#include "mapi/monitor.h"

#include <doctest/doctest.h>

#include <array>
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
  Present present() const { return mailbox->present(); }

  ScriptedMapi mapi;
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(Waker::Create());
  std::unique_ptr<Monitor> monitor = std::make_unique<Monitor>(mailbox);
};

TEST_CASE_FIXTURE(Fixture, "does the five steps in their order, with the arguments that the reference asks for") {
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

TEST_CASE_FIXTURE(Fixture, "tells that it listens together with the state that it found, in one picture") {
  mapi.state = kOff | 0x00010100U;
  Start();
  std::array<Present, Mailbox::kRing> pictures;
  REQUIRE(mailbox->Take(pictures) == 1);
  CHECK(pictures[0].source.phase == Phase::kListening);
  CHECK(pictures[0].state == State::kOffline);
  CHECK_FALSE(pictures[0].since_known);
}

TEST_CASE_FIXTURE(Fixture, "releases what it holds: the sink right after Advise, the manager after Unadvise") {
  const long before = NotifySink::alive();
  Start();
  CHECK(mapi.references == 1);
  CHECK(mapi.callback->AddRef() == 2);  // Outlook's reference is the only other one
  CHECK(mapi.callback->Release() == 1);
  monitor->Stop();
  CHECK(mapi.references == 0);
  CHECK(NotifySink::alive() == before);
}

TEST_CASE_FIXTURE(Fixture, "unadvises once, however often it is stopped and although it ends after that") {
  Start();
  monitor->Stop();
  monitor->Stop();
  monitor.reset();
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.calls.size() == 5);
  CHECK(present().source.reason == Reason::kStopped);
  CHECK(present().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "a monitor that is not stopped by hand unadvises when it ends") {
  Start();
  monitor.reset();
  CHECK(mapi.calls.back() == "unadvise");
  CHECK(mapi.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "an Unadvise that fails is not tried again, and everything is released") {
  mapi.unadvise_result = E_FAIL;
  Start();
  monitor->Stop();
  monitor->Stop();
  CHECK(mapi.calls.size() == 5);
  CHECK(mapi.references == 0);
  CHECK(present().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "stopping what has never started asks Outlook nothing") {
  monitor->Stop();
  CHECK(mapi.calls.empty());
  CHECK(present().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "without a MAPI library the source is unavailable for that reason") {
  monitor->Start(nullptr, kProfile);
  CHECK(present().source.phase == Phase::kUnavailable);
  CHECK(present().source.reason == Reason::kMapiMissing);
  CHECK(present().source.code == 0);
}

TEST_CASE("every step that fails is its own reason, with the code, and leaves nothing held or registered") {
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
      CHECK(fixture.present().source.phase == Phase::kUnavailable);
      CHECK(fixture.present().source.reason == step.reason);
      CHECK(fixture.present().source.code == code);
      CHECK(fixture.present().state == State::kUnknown);
      CHECK(fixture.mapi.references == 0);
      CHECK(NotifySink::alive() == sinks);
      fixture.monitor->Stop();
      CHECK(fixture.mapi.calls.size() == step.calls);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "an open that succeeds without an object has failed") {
  mapi.open_gives_object = false;
  Start();
  CHECK(present().source.reason == Reason::kOpenFailed);
  CHECK(present().source.code == E_POINTER);
}

TEST_CASE_FIXTURE(Fixture, "capabilities of neither direction leave nothing to listen to") {
  mapi.capabilities = 0x4;
  Start();
  CHECK(present().source.reason == Reason::kNoNotifications);
  CHECK(present().source.code == 0);
  CHECK(mapi.calls.back() == "capabilities");
  CHECK(mapi.references == 0);
}

TEST_CASE("capabilities of one direction or both are told as they are") {
  for (const ULONG capabilities : {0x1U, 0x2U, 0x3U, 0xFFFFFFFFU}) {
    Fixture fixture;
    fixture.mapi.capabilities = capabilities;
    fixture.Start();
    const Source source = fixture.present().source;
    CHECK(source.phase == Phase::kListening);
    CHECK(source.notifies_offline == ((capabilities & 1) != 0));
    CHECK(source.notifies_online == ((capabilities & 2) != 0));
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "when the state cannot be read it listens, and knows no state until the first notification") {
  mapi.state_result = E_FAIL;
  Start();
  CHECK(present().source.phase == Phase::kListening);
  CHECK(present().state == State::kUnknown);
  mapi.Say(kOff);
  CHECK(present().state == State::kOffline);
  CHECK(present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "a notification within Advise, before the state is read, is overtaken by the reading") {
  mapi.state = kOff;
  mapi.during_advise = [this] { mapi.Say(kOn); };
  Start();
  CHECK(present().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "a notification within Advise that the reading confirms has been seen to begin") {
  mapi.state = kOff;
  mapi.during_advise = [this] { mapi.Say(kOff); };
  Start();
  CHECK(present().state == State::kOffline);
  CHECK(present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "a notification on another thread within Advise is waited for without a deadlock") {
  mapi.state_result = E_FAIL;
  mapi.during_advise = [this] { std::thread([this] { mapi.Say(kOn); }).join(); };
  Start();
  CHECK(present().state == State::kOnline);
}

TEST_CASE_FIXTURE(Fixture, "a notification that comes while the state is being read is newer than the reading") {
  mapi.state = kOn;
  mapi.during_get_state = [this] { mapi.Say(kOff); };
  Start();
  CHECK(present().state == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "an Advise that notifies and then fails leaves no state behind") {
  mapi.during_advise = [this] { mapi.Say(kOn); };
  mapi.advise_result = E_FAIL;
  Start();
  CHECK(present().source.reason == Reason::kAdviseFailed);
  CHECK(present().state == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "Unadvise may wait for a notification in flight on another thread, which no longer counts") {
  mapi.during_unadvise = [this] { std::thread([this] { mapi.Say(kOff); }).join(); };
  Start();
  monitor->Stop();
  CHECK(present().state == State::kUnknown);
  CHECK(present().source.reason == Reason::kStopped);
}

TEST_CASE_FIXTURE(Fixture, "a provider that notifies after Unadvise, when all else has gone, finds the sink alive") {
  mapi.keeps_callback = true;
  Start();
  monitor.reset();
  const std::weak_ptr<Mailbox> outlives = mailbox;
  mailbox.reset();
  mapi.Say(kOn);
  REQUIRE_FALSE(outlives.expired());
  CHECK(outlives.lock()->present().state == State::kUnknown);
  mapi.callback = {};
  CHECK(outlives.expired());
}

TEST_CASE("notifications on several threads while it stops end in unknown, and every reference is released") {
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
      CHECK(fixture.present().state == State::kUnknown);
      CHECK(fixture.mapi.references == 0);
    }
    CHECK(NotifySink::alive() == sinks);
  }
}

}  // namespace
}  // namespace offline_state
