#include "mapi/notify_sink.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <thread>
#include <vector>

#include "mapi/scripted_mapi.h"
#include "mapi/state_bits.h"

namespace offline_state {
namespace {

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;
constexpr Source kListening{Phase::kListening, Reason::kNone, 0, true, true};

MAPIOFFLINE_NOTIFY_TYPE TypeOf(ULONG number) { return static_cast<MAPIOFFLINE_NOTIFY_TYPE>(number); }

struct Fixture {
  Fixture() { mailbox->SetSource(kListening); }
  void Say(const MAPIOFFLINE_NOTIFY& info) { sink->Notify(&info); }
  State state() const { return mailbox->present().state; }

  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(Waker::Create());
  ComPtr<IMAPIOfflineNotify> sink = NotifySink::Create(mailbox);
};

TEST_CASE_FIXTURE(Fixture, "the sink is one object for IUnknown and IMAPIOfflineNotify, and nothing else") {
  void* as_unknown = nullptr;
  void* as_notify = nullptr;
  REQUIRE(sink->QueryInterface(kIidUnknown, &as_unknown) == S_OK);
  REQUIRE(sink->QueryInterface(kIidMapiOfflineNotify, &as_notify) == S_OK);
  CHECK(as_unknown == as_notify);
  CHECK(sink->Release() == 2);
  CHECK(sink->Release() == 1);

  void* as_manager = sink.get();
  CHECK(sink->QueryInterface(kIidMapiOfflineMgr, &as_manager) == E_NOINTERFACE);
  CHECK(as_manager == nullptr);
  CHECK(sink->QueryInterface(kIidUnknown, nullptr) == E_POINTER);
  CHECK(sink->AddRef() == 2);
  CHECK(sink->Release() == 1);
}

TEST_CASE_FIXTURE(Fixture, "the sink ends with its last reference, and keeps the mailbox until then") {
  const long before = NotifySink::alive();
  CHECK(mailbox.use_count() == 2);
  {
    const ComPtr<IMAPIOfflineNotify> another = sink;
    sink = {};
    CHECK(NotifySink::alive() == before);
  }
  CHECK(NotifySink::alive() == before - 1);
  CHECK(mailbox.use_count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "reports the new state of STATECHANGE and of DONE, each without the others") {
  for (const ULONG type : {2U, 3U}) {
    Say(ScriptedMapi::Notification(kOff, TypeOf(type)));
    CHECK(state() == State::kOffline);
    Say(ScriptedMapi::Notification(kOn, TypeOf(type)));
    CHECK(state() == State::kOnline);
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "keeps the state after a START, whatever its states are, and reports the change when it comes") {
  Say(ScriptedMapi::Notification(kOn));
  const Moment since = mailbox->present().since;
  for (const ULONG next : {kOff, kOn, ULONG{0}, ULONG{3}}) Say(ScriptedMapi::Notification(next, TypeOf(1)));
  MAPIOFFLINE_NOTIFY contradictory = ScriptedMapi::Notification(kOff, TypeOf(1));
  contradictory.Info.StateChange.ulStateOld = kOff;
  Say(contradictory);
  CHECK(state() == State::kOnline);
  CHECK(mailbox->present().since.steady_us == since.steady_us);
  CHECK(mailbox->posts() == 1);
  Say(ScriptedMapi::Notification(kOff, TypeOf(2)));
  CHECK(state() == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "reports a change once, since its STATECHANGE, although three notifications are about it") {
  Say(ScriptedMapi::Notification(kOn));
  const std::uint64_t before = mailbox->present().number;
  Say(ScriptedMapi::Notification(kOff, TypeOf(1)));
  const std::int64_t started = Now().steady_us;
  Say(ScriptedMapi::Notification(kOff, TypeOf(2)));
  const Moment since = mailbox->present().since;
  CHECK(since.steady_us >= started);
  Say(ScriptedMapi::Notification(kOff, TypeOf(3)));
  CHECK(mailbox->present().since.steady_us == since.steady_us);
  CHECK(mailbox->present().since_known);
  CHECK(mailbox->present().number == before + 1);
}

TEST_CASE_FIXTURE(Fixture, "reports a change at its DONE when no STATECHANGE came, as begun then") {
  Say(ScriptedMapi::Notification(kOn));
  Say(ScriptedMapi::Notification(kOff, TypeOf(1)));
  CHECK(state() == State::kOnline);
  const std::int64_t before = Now().steady_us;
  Say(ScriptedMapi::Notification(kOff, TypeOf(3)));
  CHECK(state() == State::kOffline);
  CHECK(mailbox->present().since.steady_us >= before);
  CHECK(mailbox->present().since_known);
}

TEST_CASE_FIXTURE(Fixture, "believes DONE when it contradicts STATECHANGE, and reports both changes") {
  Say(ScriptedMapi::Notification(kOn));
  const std::uint64_t before = mailbox->present().number;
  Say(ScriptedMapi::Notification(kOff, TypeOf(2)));
  Say(ScriptedMapi::Notification(kOn, TypeOf(3)));
  CHECK(state() == State::kOnline);
  CHECK(mailbox->present().number == before + 2);
}

TEST_CASE_FIXTURE(Fixture, "uses the new state alone, however the old one contradicts it") {
  for (const ULONG old : {kOn, kOff, ULONG{0}, ULONG{3}}) {
    Say(ScriptedMapi::Notification(kOn, TypeOf(3)));
    MAPIOFFLINE_NOTIFY info = ScriptedMapi::Notification(kOff, TypeOf(2));
    info.Info.StateChange.ulStateOld = old;
    Say(info);
    CHECK(state() == State::kOffline);
  }
}

TEST_CASE_FIXTURE(Fixture, "reports unknown when STATECHANGE or DONE says neither state, or both") {
  for (const ULONG type : {2U, 3U}) {
    for (const ULONG bits : {0x0U, 0x3U}) {
      Say(ScriptedMapi::Notification(kOn, TypeOf(3)));
      Say(ScriptedMapi::Notification(bits, TypeOf(type)));
      CHECK(state() == State::kUnknown);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "other types are ignored, whatever else they carry") {
  Say(ScriptedMapi::Notification(kOn));
  for (const ULONG type : {0U, 4U, 5U, 99U, 0x80000001U, 0xFFFFFFFFU})
    Say(ScriptedMapi::Notification(kOff, TypeOf(type)));
  CHECK(state() == State::kOnline);
  CHECK(mailbox->posts() == 1);
}

TEST_CASE_FIXTURE(Fixture, "other masks are ignored, also those that contain the bits of online and offline") {
  Say(ScriptedMapi::Notification(kOn));
  for (const ULONG mask :
       std::initializer_list<ULONG>{0x0U, 0x1U, 0x2U, 0x4U, 0x7U, 0x103U, MAPIOFFLINE_STATE_ALL, 0xFFFFFFFFU}) {
    Say(ScriptedMapi::Notification(kOff, MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE, mask));
  }
  CHECK(state() == State::kOnline);
  CHECK(mailbox->posts() == 1);
}

TEST_CASE_FIXTURE(Fixture, "other bits of the state do not matter, and both or neither of the two is unknown") {
  Say(ScriptedMapi::Notification(kOff | 0x00010100U));
  CHECK(state() == State::kOffline);
  Say(ScriptedMapi::Notification(0x3));
  CHECK(state() == State::kUnknown);
  Say(ScriptedMapi::Notification(kOn | 0xFFFFFFFCU));
  CHECK(state() == State::kOnline);
  Say(ScriptedMapi::Notification(0x0));
  CHECK(state() == State::kUnknown);
  CHECK(StateOfBits(0x00010100U) == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "a null notification is ignored") {
  sink->Notify(nullptr);
  CHECK(mailbox->posts() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a notification shorter than the structure is ignored, and nothing beyond its end is read") {
  const MAPIOFFLINE_NOTIFY whole = ScriptedMapi::Notification(kOff);
  for (ULONG size = 0; size < sizeof(whole); ++size) {
    // Memory of that very size (but room for the size itself), so that the sanitizer sees a byte read too much.
    std::vector<ULONG> part(std::max<std::size_t>(1, size / sizeof(ULONG)));
    std::memcpy(part.data(), &whole, part.size() * sizeof(ULONG));
    part[0] = size;
    sink->Notify(reinterpret_cast<const MAPIOFFLINE_NOTIFY*>(part.data()));
  }
  CHECK(mailbox->posts() == 0);
}

TEST_CASE_FIXTURE(Fixture, "a notification longer than the structure is one of a later Outlook, and counts") {
  MAPIOFFLINE_NOTIFY info = ScriptedMapi::Notification(kOff);
  info.ulSize = sizeof(info) + 16;
  Say(info);
  CHECK(state() == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "start, change and done from several threads tell each change once") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 500; ++i) {
        for (const ULONG type : {1U, 2U, 3U}) Say(ScriptedMapi::Notification(kOff, TypeOf(type)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(mailbox->posts() == 4 * 500 * 2);  // a START says no state
  CHECK(mailbox->present().number == 2);   // listening, and offline
}

TEST_CASE_FIXTURE(Fixture, "references may be taken and released on several threads at once") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([mine = sink] {
      for (int i = 0; i < 1000; ++i) const ComPtr<IMAPIOfflineNotify> copy = mine;
    });
  }
  for (std::thread& thread : threads) thread.join();
  threads.clear();
  CHECK(sink->AddRef() == 2);
  CHECK(sink->Release() == 1);
}

}  // namespace
}  // namespace offline_state
