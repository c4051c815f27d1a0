#include "agent/windows/message_loop.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "agent/windows/message_loop_testing.h"
#include "core/windows/handle_count.h"

namespace offline_state {
namespace {

using testing::PumpBriefly;
using testing::PumpUntil;

TEST_CASE("runs calls from other threads on its own thread, in order") {
  const auto window = MessageWindow::Create();
  const DWORD main = GetCurrentThreadId();
  std::vector<int> done;
  bool is_main = true;
  std::thread other([&] {
    for (int i = 0; i < 500; ++i) {
      CHECK(window->Post([&, i] {
        is_main = is_main && GetCurrentThreadId() == main;
        done.push_back(i);
      }));
    }
  });
  other.join();
  CHECK(done.empty());
  CHECK(PumpUntil([&] { return done.size() == 500; }));
  CHECK(is_main);
  for (int i = 0; i < 500; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("runs the call of each timer once") {
  const auto window = MessageWindow::Create();
  int early = 0;
  int late = 0;
  CHECK(window->PostLater(60, [&] { ++late; }));
  CHECK(window->PostLater(10, [&] {
    ++early;
    CHECK(late == 0);
  }));
  CHECK(PumpUntil([&] { return late == 1; }));
  PumpBriefly();
  CHECK(early == 1);
  CHECK(late == 1);
}

TEST_CASE("lets a call dispatch messages, run the calls after it and destroy the window") {
  auto window = MessageWindow::Create();
  std::vector<std::string> order;
  window->Post([&] {
    order.emplace_back("first");
    PumpUntil([&] { return order.size() > 1; });
    order.emplace_back("first again");
  });
  std::thread other([&] {
    while (order.empty()) Sleep(1);
    window->Post([&] {
      order.emplace_back("second");
      window.reset();
    });
  });
  CHECK(PumpUntil([&] { return order.size() == 3; }));
  other.join();
  CHECK(order == std::vector<std::string>{"first", "second", "first again"});
  CHECK(window.get() == nullptr);
}

TEST_CASE("discards pending calls when it is destroyed, and leaks nothing") {
  const long references = ModuleReferences();
  std::size_t before = 0;
  bool ran = false;
  for (int round = 0; round < 105; ++round) {
    const auto window = MessageWindow::Create();
    window->Post([&] { ran = true; });
    window->PostLater(0, [&] { ran = true; });
    CHECK(ModuleReferences() == references + 1);
    if (round == 4) before = CountHandles(GetCurrentProcessId());
  }
  PumpBriefly();
  CHECK_FALSE(ran);
  CHECK(ModuleReferences() == references);
  CHECK(CountHandles(GetCurrentProcessId()) <= before);
  WNDCLASSEXW type{};
  type.cbSize = sizeof(type);
  CHECK(GetClassInfoExW(GetModuleHandleW(nullptr), L"OutlookOfflineState.MessageWindow", &type) == 0);
}

TEST_CASE("reports each window of the process that comes to the foreground, until the hook ends") {
  const HWND window = CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, nullptr, nullptr, nullptr, nullptr);
  REQUIRE(window != nullptr);
  int one = 0;
  int other = 0;
  ActivationHook first;
  ActivationHook second;
  REQUIRE(first.Begin([&] {
    ++one;
    first.End();
  }));
  REQUIRE(second.Begin([&] { ++other; }));
  const auto activate = [window] { NotifyWinEvent(EVENT_SYSTEM_FOREGROUND, window, OBJID_WINDOW, CHILDID_SELF); };
  NotifyWinEvent(EVENT_SYSTEM_MENUSTART, window, OBJID_WINDOW, CHILDID_SELF);
  activate();
  CHECK(one == 0);  // only from the message loop
  CHECK(PumpUntil([&] { return one == 1 && other == 1; }));
  activate();
  CHECK(PumpUntil([&] { return other == 2; }));
  CHECK(one == 1);
  second.End();
  activate();
  PumpBriefly();
  CHECK(other == 2);
  DestroyWindow(window);
}

}  // namespace
}  // namespace offline_state
