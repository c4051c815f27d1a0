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
  Fixture() { tracker->SetSource(kListening); }
  void Notify(const MAPIOFFLINE_NOTIFY& info) { sink->Notify(&info); }
  State state() const { return tracker->status().state; }

  std::shared_ptr<StatusTracker> tracker =
      std::make_shared<StatusTracker>(std::make_shared<LatestValue<Status>>([] {}));
  ComPtr<IMAPIOfflineNotify> sink = NotifySink::Create(tracker);
};

TEST_CASE_FIXTURE(Fixture, "NotifySink: implements IUnknown and IMAPIOfflineNotify as one object, and nothing else") {
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

TEST_CASE_FIXTURE(Fixture, "NotifySink: is destroyed with its last reference, and keeps the tracker until then") {
  const long before = NotifySink::alive();
  CHECK(tracker.use_count() == 2);
  {
    const ComPtr<IMAPIOfflineNotify> another = sink;
    sink = {};
    CHECK(NotifySink::alive() == before);
  }
  CHECK(NotifySink::alive() == before - 1);
  CHECK(tracker.use_count() == 1);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports the new state of STATECHANGE and of DONE, each without the others") {
  for (const ULONG type : {2U, 3U}) {
    Notify(ScriptedMapi::Notification(kOff, TypeOf(type)));
    CHECK(state() == State::kOffline);
    Notify(ScriptedMapi::Notification(kOn, TypeOf(type)));
    CHECK(state() == State::kOnline);
  }
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: keeps the state after a START, and reports the change when it comes") {
  Notify(ScriptedMapi::Notification(kOn));
  const Timestamp since = tracker->status().since;
  for (const ULONG next : {kOff, kOn, ULONG{0}, ULONG{3}}) Notify(ScriptedMapi::Notification(next, TypeOf(1)));
  MAPIOFFLINE_NOTIFY contradictory = ScriptedMapi::Notification(kOff, TypeOf(1));
  contradictory.Info.StateChange.ulStateOld = kOff;
  Notify(contradictory);
  CHECK(state() == State::kOnline);
  CHECK(tracker->status().since.steady_us == since.steady_us);
  CHECK(tracker->notifications() == 1);
  Notify(ScriptedMapi::Notification(kOff, TypeOf(2)));
  CHECK(state() == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports one change, begun at its STATECHANGE, for three notifications") {
  Notify(ScriptedMapi::Notification(kOn));
  const std::uint64_t before = tracker->status().number;
  Notify(ScriptedMapi::Notification(kOff, TypeOf(1)));
  const std::int64_t started = Now().steady_us;
  Notify(ScriptedMapi::Notification(kOff, TypeOf(2)));
  const Timestamp since = tracker->status().since;
  CHECK(since.steady_us >= started);
  Notify(ScriptedMapi::Notification(kOff, TypeOf(3)));
  CHECK(tracker->status().since.steady_us == since.steady_us);
  CHECK(tracker->status().since_known);
  CHECK(tracker->status().number == before + 1);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports a change at its DONE if no STATECHANGE came") {
  Notify(ScriptedMapi::Notification(kOn));
  Notify(ScriptedMapi::Notification(kOff, TypeOf(1)));
  CHECK(state() == State::kOnline);
  const std::int64_t before = Now().steady_us;
  Notify(ScriptedMapi::Notification(kOff, TypeOf(3)));
  CHECK(state() == State::kOffline);
  CHECK(tracker->status().since.steady_us >= before);
  CHECK(tracker->status().since_known);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports both changes if DONE contradicts STATECHANGE") {
  Notify(ScriptedMapi::Notification(kOn));
  const std::uint64_t before = tracker->status().number;
  Notify(ScriptedMapi::Notification(kOff, TypeOf(2)));
  Notify(ScriptedMapi::Notification(kOn, TypeOf(3)));
  CHECK(state() == State::kOnline);
  CHECK(tracker->status().number == before + 2);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: ignores the old state, even if it contradicts the new one") {
  for (const ULONG old : {kOn, kOff, ULONG{0}, ULONG{3}}) {
    Notify(ScriptedMapi::Notification(kOn, TypeOf(3)));
    MAPIOFFLINE_NOTIFY info = ScriptedMapi::Notification(kOff, TypeOf(2));
    info.Info.StateChange.ulStateOld = old;
    Notify(info);
    CHECK(state() == State::kOffline);
  }
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports unknown if STATECHANGE or DONE has neither state, or both") {
  for (const ULONG type : {2U, 3U}) {
    for (const ULONG bits : {0x0U, 0x3U}) {
      Notify(ScriptedMapi::Notification(kOn, TypeOf(3)));
      Notify(ScriptedMapi::Notification(bits, TypeOf(type)));
      CHECK(state() == State::kUnknown);
    }
  }
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: ignores other types") {
  Notify(ScriptedMapi::Notification(kOn));
  for (const ULONG type : {0U, 4U, 5U, 99U, 0x80000001U, 0xFFFFFFFFU})
    Notify(ScriptedMapi::Notification(kOff, TypeOf(type)));
  CHECK(state() == State::kOnline);
  CHECK(tracker->notifications() == 1);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: ignores other masks, even if they contain the bits of online and offline") {
  Notify(ScriptedMapi::Notification(kOn));
  for (const ULONG mask :
       std::initializer_list<ULONG>{0x0U, 0x1U, 0x2U, 0x4U, 0x7U, 0x103U, MAPIOFFLINE_STATE_ALL, 0xFFFFFFFFU}) {
    Notify(ScriptedMapi::Notification(kOff, MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE, mask));
  }
  CHECK(state() == State::kOnline);
  CHECK(tracker->notifications() == 1);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: ignores other bits of the state") {
  Notify(ScriptedMapi::Notification(kOff | 0x00010100U));
  CHECK(state() == State::kOffline);
  Notify(ScriptedMapi::Notification(0x3));
  CHECK(state() == State::kUnknown);
  Notify(ScriptedMapi::Notification(kOn | 0xFFFFFFFCU));
  CHECK(state() == State::kOnline);
  Notify(ScriptedMapi::Notification(0x0));
  CHECK(state() == State::kUnknown);
  CHECK(StateOfBits(0x00010100U) == State::kUnknown);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: ignores null") {
  sink->Notify(nullptr);
  CHECK(tracker->notifications() == 0);
}

TEST_CASE_FIXTURE(
    Fixture, "NotifySink: ignores a notification that is shorter than the structure, and reads nothing beyond it") {
  const MAPIOFFLINE_NOTIFY whole = ScriptedMapi::Notification(kOff);
  for (ULONG size = 0; size < sizeof(whole); ++size) {
    // A block of exactly that size (but room for the size field), so that the sanitizer sees a read beyond it.
    std::vector<ULONG> part(std::max<std::size_t>(1, size / sizeof(ULONG)));
    std::memcpy(part.data(), &whole, part.size() * sizeof(ULONG));
    part[0] = size;
    sink->Notify(reinterpret_cast<const MAPIOFFLINE_NOTIFY*>(part.data()));
  }
  CHECK(tracker->notifications() == 0);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: accepts a notification that is longer than the structure") {
  MAPIOFFLINE_NOTIFY info = ScriptedMapi::Notification(kOff);
  info.ulSize = sizeof(info) + 16;
  Notify(info);
  CHECK(state() == State::kOffline);
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: reports one change if several threads notify it") {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 500; ++i) {
        for (const ULONG type : {1U, 2U, 3U}) Notify(ScriptedMapi::Notification(kOff, TypeOf(type)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(tracker->notifications() == 4 * 500 * 2);  // a START reports no state
  CHECK(tracker->status().number == 2);            // listening, and offline
}

TEST_CASE_FIXTURE(Fixture, "NotifySink: counts references of several threads") {
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
