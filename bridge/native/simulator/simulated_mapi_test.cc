#include "simulator/simulated_mapi.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "simulator/simulator_testing.h"

namespace offline_state {
namespace {

using testing::Provider;
using testing::RecordingSink;

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;
constexpr ULONG kMask = MAPIOFFLINE_STATE_OFFLINE_MASK;

// `client` is declared first, because the registration ends with the manager.
struct Fixture {
  HRESULT Go(ULONG state, ULONG flags = MAPIOFFLINE_FLAG_BLOCK) {
    return manager->SetCurrentState(flags, kMask, state, nullptr);
  }

  RecordingSink client;
  Provider provider;
  ComPtr<IMAPIOfflineMgr> manager = provider.OpenManager();
};

TEST_CASE_FIXTURE(Fixture, "returns the same object for its three interfaces, and counts references") {
  void* objects[3];
  CHECK(manager->QueryInterface(kIidUnknown, &objects[0]) == S_OK);
  CHECK(manager->QueryInterface(kIidMapiOffline, &objects[1]) == S_OK);
  CHECK(manager->QueryInterface(kIidMapiOfflineMgr, &objects[2]) == S_OK);
  CHECK(objects[0] == objects[1]);
  CHECK(objects[1] == objects[2]);
  CHECK(manager->QueryInterface(kIidMapiOfflineNotify, &objects[0]) == E_NOINTERFACE);
  CHECK(objects[0] == nullptr);
  CHECK(manager->QueryInterface(kIidUnknown, nullptr) == E_POINTER);
  CHECK(manager->Release() == 3);
  CHECK(manager->Release() == 2);
  CHECK(manager->Release() == 1);
}

TEST_CASE_FIXTURE(Fixture, "rejects arguments of HrOpenOfflineObj that the reference does not allow") {
  IMAPIOfflineMgr* opened = manager.get();
  const LPCWSTR profile = WideOf(u"Outlook");
  CHECK(Provider::Open(1, profile, &kGuidGlobalState, nullptr, &opened) == E_INVALIDARG);
  CHECK(opened == nullptr);
  CHECK(Provider::Open(0, nullptr, &kGuidGlobalState, nullptr, &opened) == E_INVALIDARG);
  CHECK(Provider::Open(0, profile, nullptr, nullptr, &opened) == E_INVALIDARG);
  CHECK(Provider::Open(0, profile, &kGuidGlobalState, &kGuidGlobalState, &opened) == E_INVALIDARG);
  CHECK(Provider::Open(0, profile, &kGuidGlobalState, nullptr, nullptr) == E_INVALIDARG);
  CHECK(Provider::Open(0, profile, &kIidUnknown, nullptr, &opened) == MAPI_E_NOT_FOUND);
}

TEST_CASE_FIXTURE(Fixture, "is online at first, and sets unrelated bits of the state too") {
  ULONG state = 0;
  CHECK(manager->GetCurrentState(&state) == S_OK);
  CHECK((state & kMask) == kOn);
  CHECK(state != kOn);
  CHECK((state & ~MAPIOFFLINE_STATE_ALL) == 0);
  CHECK(manager->GetCurrentState(nullptr) == E_INVALIDARG);
  CHECK(manager->GetCapabilities(nullptr) == E_INVALIDARG);
}

TEST_CASE_FIXTURE(Fixture, "sends START, STATECHANGE and DONE for one change") {
  REQUIRE(client.AdviseOn(*manager) != 0);
  CHECK(Go(kOff) == S_OK);
  const auto received = client.All();
  REQUIRE(received.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(received[i].ulSize == sizeof(MAPIOFFLINE_NOTIFY));
    CHECK(received[i].NotifyType == i + 1);
    CHECK(received[i].ulClientToken == 77);
    CHECK(received[i].Info.StateChange.ulMask == kMask);
    CHECK(received[i].Info.StateChange.ulStateOld == kOn);
    CHECK(received[i].Info.StateChange.ulStateNew == kOff);
  }
}

TEST_CASE_FIXTURE(Fixture, "changes the state between the first and the second notification") {
  std::vector<ULONG> seen;
  client.during_notify = [&] { seen.push_back(provider.mapi.state()); };
  client.AdviseOn(*manager);
  Go(kOff);
  CHECK(seen == std::vector<ULONG>{kOn, kOff, kOff});
}

TEST_CASE_FIXTURE(Fixture, "sends nothing if the state is already the requested one") {
  client.AdviseOn(*manager);
  CHECK(Go(kOn) == S_OK);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(
    Fixture, "returns before the change is complete without the blocking flag, and rejects another change until then") {
  std::promise<void> proceed;
  client.during_notify = [waiting = proceed.get_future().share()] { waiting.wait(); };
  client.AdviseOn(*manager);
  CHECK(Go(kOff, MAPIOFFLINE_FLAG_DEFAULT) == S_OK);
  CHECK(Go(kOn, MAPIOFFLINE_FLAG_DEFAULT) == E_PENDING);
  CHECK(Go(kOff, MAPIOFFLINE_FLAG_DEFAULT) == E_PENDING);
  CHECK(Go(kOn, MAPIOFFLINE_FLAG_BLOCK) == E_PENDING);
  proceed.set_value();
  client.Await(3);
  HRESULT result = E_PENDING;
  while (result == E_PENDING) result = Go(kOn);
  CHECK(result == S_OK);
  CHECK(client.All().size() == 6);
}

TEST_CASE_FIXTURE(Fixture, "rejects the blocking flag within Notify, where Outlook would deadlock") {
  HRESULT result = S_OK;
  client.during_notify = [&] { result = Go(kOn, MAPIOFFLINE_FLAG_BLOCK); };
  client.AdviseOn(*manager);
  Go(kOff);
  CHECK(result == E_UNEXPECTED);
}

TEST_CASE_FIXTURE(Fixture, "rejects flags, masks, states and pointers that SetCurrentState does not allow") {
  CHECK(manager->SetCurrentState(1, kMask, kOff, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, MAPIOFFLINE_STATE_ALL, kOff, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, 0, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, 3, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, kOff, &client) == E_INVALIDARG);
  CHECK(provider.mapi.state() == kOn);
}

TEST_CASE_FIXTURE(Fixture, "rejects unsupported values in Advise without taking a reference") {
  const auto advise = [&](auto change) {
    MAPIOFFLINE_ADVISEINFO info = client.AdviseInfo();
    change(info);
    ULONG token = 0;
    return manager->Advise(MAPIOFFLINE_ADVISE_DEFAULT, &info, &token);
  };
  CHECK(advise([](auto& info) { info.ulSize = 12; }) == E_INVALIDARG);
  CHECK(advise([](auto& info) { info.CallbackType = static_cast<MAPIOFFLINE_CALLBACK_TYPE>(1); }) == E_INVALIDARG);
  CHECK(advise([](auto& info) { info.pCallback = nullptr; }) == E_INVALIDARG);
  CHECK(advise([](auto& info) { info.ulAdviseTypes = 2; }) == E_INVALIDARG);
  CHECK(advise([](auto& info) { info.ulAdviseTypes = 3; }) == E_INVALIDARG);
  CHECK(advise([](auto& info) { info.ulStateMask = MAPIOFFLINE_STATE_OFFLINE_MASK; }) == E_INVALIDARG);
  MAPIOFFLINE_ADVISEINFO info = client.AdviseInfo();
  ULONG token = 0;
  CHECK(manager->Advise(1, &info, &token) == E_INVALIDARG);
  CHECK(manager->Advise(0, nullptr, &token) == E_INVALIDARG);
  CHECK(manager->Advise(0, &info, nullptr) == E_INVALIDARG);
  client.has_notify_interface = false;
  CHECK(manager->Advise(0, &info, &token) == E_NOINTERFACE);
  CHECK(client.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "takes a reference in Advise and releases it in Unadvise, which works once") {
  const ULONG token = client.AdviseOn(*manager);
  CHECK(client.references == 1);
  CHECK(manager->Unadvise(1, token) == E_INVALIDARG);
  CHECK(manager->Unadvise(0, token + 1) == E_INVALIDARG);
  CHECK(provider.OpenManager()->Unadvise(0, token) == E_INVALIDARG);  // registered by another object
  CHECK(manager->Unadvise(0, token) == S_OK);
  CHECK(client.references == 0);
  CHECK(manager->Unadvise(0, token) == E_INVALIDARG);
  Go(kOff);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(Fixture, "ends the registrations of an object that is released") {
  const auto another = provider.OpenManager();
  client.AdviseOn(*manager);
  manager = {};
  CHECK(client.references == 0);
  CHECK(another->SetCurrentState(MAPIOFFLINE_FLAG_BLOCK, kMask, kOff, nullptr) == S_OK);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(Fixture, "waits in Unadvise for a notification in progress, and sends none after it") {
  std::promise<void> entered;
  std::promise<void> proceed;
  std::atomic<bool> left{false};
  client.during_notify = [&, waiting = proceed.get_future().share(), first = true]() mutable {
    if (first) entered.set_value();
    first = false;
    waiting.wait();
    left = true;
  };
  const ULONG token = client.AdviseOn(*manager);
  Go(kOff, MAPIOFFLINE_FLAG_DEFAULT);
  entered.get_future().wait();
  auto unadvised = std::async(std::launch::async, [&] {
    manager->Unadvise(0, token);
    return left.load();
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // an Unadvise that does not wait has returned by now
  proceed.set_value();
  CHECK(unadvised.get());
  CHECK(client.references == 0);
  const std::size_t count = client.All().size();
  while (Go(kOn) == E_PENDING) {
  }
  CHECK(client.All().size() == count);
}

TEST_CASE_FIXTURE(Fixture, "lets a client unadvise within Notify") {
  ULONG token = 0;
  HRESULT result = E_FAIL;
  client.during_notify = [&] { result = manager->Unadvise(0, token); };
  token = client.AdviseOn(*manager);
  Go(kOff);
  CHECK(result == S_OK);
  CHECK(client.All().size() == 1);
  CHECK(client.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "lets a client release the last object within Notify") {
  client.during_notify = [&] { manager = {}; };
  client.AdviseOn(*manager);
  manager->SetCurrentState(MAPIOFFLINE_FLAG_DEFAULT, kMask, kOff, nullptr);
  client.Await(1);
  const auto again = provider.OpenManager();
  HRESULT result = E_PENDING;
  while (result == E_PENDING) result = again->SetCurrentState(MAPIOFFLINE_FLAG_BLOCK, kMask, kOn, nullptr);
  CHECK(result == S_OK);
}

TEST_CASE("notifies only the capabilities that an object was opened with") {
  struct Case {
    ULONG capabilities;
    std::size_t offline;
    std::size_t online;
  };
  for (const Case& expected : {Case{0, 0, 0}, Case{1, 3, 0}, Case{2, 0, 3}, Case{3, 3, 3}}) {
    CAPTURE(expected.capabilities);
    Fixture fixture;
    fixture.provider.mapi.SetCapabilities(expected.capabilities);
    RecordingSink before;
    before.AdviseOn(*fixture.manager);
    const auto opened = fixture.provider.OpenManager();
    ULONG capabilities = 4;
    CHECK(opened->GetCapabilities(&capabilities) == S_OK);
    CHECK(capabilities == expected.capabilities);
    fixture.client.AdviseOn(*opened);
    fixture.Go(kOff);
    CHECK(fixture.client.All().size() == expected.offline);
    fixture.Go(kOn);
    CHECK(fixture.client.All().size() == expected.offline + expected.online);
    CHECK(before.All().size() == 6);
    fixture.manager = {};
  }
}

TEST_CASE_FIXTURE(Fixture,
                  "makes noise of null, every short size, other types and other masks, with the opposite state") {
  const std::vector<Noise> noise = MakeNoise(kOn);
  int nulls = 0;
  int shorts = 0;
  int types = 0;
  int masks = 0;
  for (const Noise& item : noise) {
    const MAPIOFFLINE_NOTIFY* const info = item.info();
    if (info == nullptr) {
      ++nulls;
    } else if (info->ulSize < sizeof(*info)) {
      ++shorts;
    } else {
      CHECK(info->Info.StateChange.ulStateNew == kOff);
      const bool known = info->NotifyType >= 1 && info->NotifyType <= 3;
      CHECK((!known || info->Info.StateChange.ulMask != kMask));
      ++(known ? masks : types);
    }
  }
  CHECK(nulls == 1);
  CHECK(shorts == 5);
  CHECK(types == 5);
  CHECK(masks == 27);
  client.AdviseOn(*manager);
  CHECK(provider.mapi.SendNoise() == noise.size());
  CHECK(client.All().size() == noise.size());
}

TEST_CASE_FIXTURE(Fixture, "runs changes from several threads one after the other") {
  client.AdviseOn(*manager);
  std::vector<std::thread> threads;
  std::atomic<int> accepted{0};
  for (const ULONG state : {kOff, kOn, kOff, kOn}) {
    threads.emplace_back([&, state] {
      for (int i = 0; i < 50; ++i) {
        if (Go(state, MAPIOFFLINE_FLAG_DEFAULT) == S_OK) ++accepted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  while (Go(kOn) == E_PENDING) {
  }
  const auto received = client.All();
  CHECK(accepted > 0);
  CHECK(received.size() % 3 == 0);
  for (std::size_t i = 0; i < received.size(); ++i) CHECK(received[i].NotifyType == i % 3 + 1);
}

}  // namespace
}  // namespace offline_state
