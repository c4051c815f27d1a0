#include "simulated/simulated_mapi.h"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <thread>

#include "simulated/noise.h"
#include "simulated/simulated_testing.h"

namespace offline_state {
namespace {

using testing::Client;
using testing::Provider;

constexpr ULONG kOn = MAPIOFFLINE_STATE_ONLINE;
constexpr ULONG kOff = MAPIOFFLINE_STATE_OFFLINE;
constexpr ULONG kMask = MAPIOFFLINE_STATE_OFFLINE_MASK;

// The client outlives the manager, as the registration ends with it.
struct Fixture {
  HRESULT Go(ULONG state, ULONG flags = MAPIOFFLINE_FLAG_BLOCK) {
    return manager->SetCurrentState(flags, kMask, state, nullptr);
  }

  Client client;
  Provider provider;
  ComPtr<IMAPIOfflineMgr> manager = provider.OpenManager();
};

TEST_CASE_FIXTURE(Fixture, "the offline object is one object for its three interfaces, and counts its references") {
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

TEST_CASE_FIXTURE(Fixture, "opening refuses what the reference does not allow") {
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

TEST_CASE_FIXTURE(Fixture, "is online at first, and says other bits too") {
  ULONG state = 0;
  CHECK(manager->GetCurrentState(&state) == S_OK);
  CHECK((state & kMask) == kOn);
  CHECK(state != kOn);
  CHECK((state & ~MAPIOFFLINE_STATE_ALL) == 0);
  CHECK(manager->GetCurrentState(nullptr) == E_INVALIDARG);
  CHECK(manager->GetCapabilities(nullptr) == E_INVALIDARG);
}

TEST_CASE_FIXTURE(Fixture, "one change is notified three times: about to happen, happening, complete") {
  REQUIRE(client.AdviseOn(*manager) != 0);
  CHECK(Go(kOff) == S_OK);
  const auto told = client.All();
  REQUIRE(told.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(told[i].ulSize == sizeof(MAPIOFFLINE_NOTIFY));
    CHECK(told[i].NotifyType == i + 1);
    CHECK(told[i].ulClientToken == 77);
    CHECK(told[i].Info.StateChange.ulMask == kMask);
    CHECK(told[i].Info.StateChange.ulStateOld == kOn);
    CHECK(told[i].Info.StateChange.ulStateNew == kOff);
  }
}

TEST_CASE_FIXTURE(Fixture, "the state has changed between the first and the second notification") {
  std::vector<ULONG> seen;
  client.during_notify = [&] { seen.push_back(provider.mapi.state()); };
  client.AdviseOn(*manager);
  Go(kOff);
  CHECK(seen == std::vector<ULONG>{kOn, kOff, kOff});
}

TEST_CASE_FIXTURE(Fixture, "going where Outlook is already notifies nobody") {
  client.AdviseOn(*manager);
  CHECK(Go(kOn) == S_OK);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "without the blocking flag a change is under way when the call returns, and another is refused") {
  std::promise<void> go_on;
  client.during_notify = [waiting = go_on.get_future().share()] { waiting.wait(); };
  client.AdviseOn(*manager);
  CHECK(Go(kOff, MAPIOFFLINE_FLAG_DEFAULT) == S_OK);
  CHECK(Go(kOn, MAPIOFFLINE_FLAG_DEFAULT) == E_PENDING);
  CHECK(Go(kOff, MAPIOFFLINE_FLAG_DEFAULT) == E_PENDING);
  CHECK(Go(kOn, MAPIOFFLINE_FLAG_BLOCK) == E_PENDING);
  go_on.set_value();
  client.Await(3);
  HRESULT result = E_PENDING;
  while (result == E_PENDING) result = Go(kOn);
  CHECK(result == S_OK);
  CHECK(client.All().size() == 6);
}

TEST_CASE_FIXTURE(Fixture, "the blocking flag within Notify is refused, where Outlook would wait for ever") {
  HRESULT result = S_OK;
  client.during_notify = [&] { result = Go(kOn, MAPIOFFLINE_FLAG_BLOCK); };
  client.AdviseOn(*manager);
  Go(kOff);
  CHECK(result == E_UNEXPECTED);
}

TEST_CASE_FIXTURE(Fixture,
                  "setting the state refuses flags, masks, states and pointers that the reference does not have") {
  CHECK(manager->SetCurrentState(1, kMask, kOff, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, MAPIOFFLINE_STATE_ALL, kOff, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, 0, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, 3, nullptr) == E_INVALIDARG);
  CHECK(manager->SetCurrentState(0, kMask, kOff, &client) == E_INVALIDARG);
  CHECK(provider.mapi.state() == kOn);
}

TEST_CASE_FIXTURE(Fixture, "advising refuses every value that is not the supported one, and takes no reference then") {
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
  client.answers_notify = false;
  CHECK(manager->Advise(0, &info, &token) == E_NOINTERFACE);
  CHECK(client.references == 0);
}

TEST_CASE_FIXTURE(Fixture,
                  "advising takes a reference of its own, and unadvising releases it and refuses another time") {
  const ULONG token = client.AdviseOn(*manager);
  CHECK(client.references == 1);
  CHECK(manager->Unadvise(1, token) == E_INVALIDARG);
  CHECK(manager->Unadvise(0, token + 1) == E_INVALIDARG);
  CHECK(provider.OpenManager()->Unadvise(0, token) == E_INVALIDARG);  // another object's registration
  CHECK(manager->Unadvise(0, token) == S_OK);
  CHECK(client.references == 0);
  CHECK(manager->Unadvise(0, token) == E_INVALIDARG);
  Go(kOff);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(Fixture, "an object that ends takes its registrations with it") {
  const auto another = provider.OpenManager();
  client.AdviseOn(*manager);
  manager = {};
  CHECK(client.references == 0);
  CHECK(another->SetCurrentState(MAPIOFFLINE_FLAG_BLOCK, kMask, kOff, nullptr) == S_OK);
  CHECK(client.All().empty());
}

TEST_CASE_FIXTURE(Fixture, "unadvising waits for a notification in flight, and none comes after it") {
  std::promise<void> entered;
  std::promise<void> go_on;
  std::atomic<bool> left{false};
  client.during_notify = [&, waiting = go_on.get_future().share(), first = true]() mutable {
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
  go_on.set_value();
  CHECK(unadvised.get());
  CHECK(client.references == 0);
  const std::size_t told = client.All().size();
  while (Go(kOn) == E_PENDING) {
  }
  CHECK(client.All().size() == told);
}

TEST_CASE_FIXTURE(Fixture, "a client may unadvise within Notify") {
  ULONG token = 0;
  HRESULT result = E_FAIL;
  client.during_notify = [&] { result = manager->Unadvise(0, token); };
  token = client.AdviseOn(*manager);
  Go(kOff);
  CHECK(result == S_OK);
  CHECK(client.All().size() == 1);
  CHECK(client.references == 0);
}

TEST_CASE_FIXTURE(Fixture, "the last object may be released within Notify") {
  client.during_notify = [&] { manager = {}; };
  client.AdviseOn(*manager);
  manager->SetCurrentState(MAPIOFFLINE_FLAG_DEFAULT, kMask, kOff, nullptr);
  client.Await(1);
  const auto again = provider.OpenManager();
  HRESULT result = E_PENDING;
  while (result == E_PENDING) result = again->SetCurrentState(MAPIOFFLINE_FLAG_BLOCK, kMask, kOn, nullptr);
  CHECK(result == S_OK);
}

TEST_CASE("only the directions that are provided are notified, and an object keeps those it was opened with") {
  struct Case {
    ULONG capabilities;
    std::size_t offline;
    std::size_t online;
  };
  for (const Case& expected : {Case{0, 0, 0}, Case{1, 3, 0}, Case{2, 0, 3}, Case{3, 3, 3}}) {
    CAPTURE(expected.capabilities);
    Fixture fixture;
    fixture.provider.mapi.SetCapabilities(expected.capabilities);
    Client before;
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

TEST_CASE_FIXTURE(Fixture, "noise holds null, every short size, other types and other masks, with the opposite state") {
  const std::vector<Noise> noise = MakeNoise(kOn);
  int nulls = 0;
  int shorts = 0;
  int types = 0;
  int masks = 0;
  for (const Noise& one : noise) {
    const MAPIOFFLINE_NOTIFY* const info = one.info();
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

TEST_CASE_FIXTURE(Fixture, "changes asked for by several threads come one after the other, each whole") {
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
  const auto told = client.All();
  CHECK(accepted > 0);
  CHECK(told.size() % 3 == 0);
  for (std::size_t i = 0; i < told.size(); ++i) CHECK(told[i].NotifyType == i % 3 + 1);
}

}  // namespace
}  // namespace offline_state
