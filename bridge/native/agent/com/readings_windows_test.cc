// What a reading needs of Windows: the object model by name, a window for the main thread, and a hook for activations.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "agent/agent.h"
#include "agent/com/activation_hook_windows.h"
#include "agent/com/late_binding_windows.h"
#include "agent/com/live_objects.h"
#include "agent/com/message_window_windows.h"
#include "channel/handle_count_windows.h"
#include "simulated/application_windows.h"

namespace offline_state {
namespace {

// Outlook's message loop, for as long as it takes (10 s at most) until `done`.
template <typename Condition>
bool Pump(Condition done) {
  for (int i = 0; i < 1000 && !done(); ++i) {
    MsgWaitForMultipleObjects(0, nullptr, FALSE, 10, QS_ALLINPUT);
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0) DispatchMessageW(&message);
  }
  return done();
}

TEST_CASE("the connection mode and the Outbox are read by name, and nothing that was reached is held") {
  const auto session = std::make_shared<SimulatedSession>();
  const auto application = Application::Create(L"16.0", L"P", session);
  const unsigned long held = application->held();
  CHECK(ExchangeConnectionModeOf(application.get()) == 700U);
  CHECK(OutboxItemsOf(application.get()) == 0U);
  session->outbox_items = 12;
  session->ChooseMode(kCachedDisconnected);
  CHECK(ExchangeConnectionModeOf(application.get()) == 400U);
  CHECK(OutboxItemsOf(application.get()) == 12U);
  CHECK(application->held() == held);
  CHECK(application->reached() == 0);
  std::thread other([&] {  // the object model answers no other thread
    CHECK_FALSE(ExchangeConnectionModeOf(application.get()));
    CHECK_FALSE(OutboxItemsOf(application.get()));
  });
  other.join();
}

TEST_CASE("calls that any thread hands over run on the main thread, in order, from its message loop") {
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
  CHECK(Pump([&] { return done.size() == 500; }));
  CHECK(is_main);
  for (int i = 0; i < 500; ++i) CHECK(done[static_cast<std::size_t>(i)] == i);
}

TEST_CASE("a timer runs its call once, and none is left") {
  const auto window = MessageWindow::Create();
  int early = 0;
  int late = 0;
  CHECK(window->PostLater(60, [&] { ++late; }));
  CHECK(window->PostLater(10, [&] {
    ++early;
    CHECK(late == 0);
  }));
  CHECK(Pump([&] { return late == 1; }));
  int turns = 0;
  Pump([&] { return ++turns > 10; });
  CHECK(early == 1);
  CHECK(late == 1);
}

TEST_CASE("a call may handle messages, run the calls after it and end the window") {
  auto window = MessageWindow::Create();
  std::vector<std::string> order;
  window->Post([&] {
    order.emplace_back("first");
    Pump([&] { return order.size() > 1; });
    order.emplace_back("first again");
  });
  std::thread other([&] {
    while (order.empty()) Sleep(1);
    window->Post([&] {
      order.emplace_back("second");
      window.reset();
    });
  });
  CHECK(Pump([&] { return order.size() == 3; }));
  other.join();
  CHECK(order == std::vector<std::string>{"first", "second", "first again"});
  CHECK(window.get() == nullptr);
}

TEST_CASE("what waits does not run when the window has gone, and nothing is left of a hundred windows") {
  const long alive = LiveObjects();
  std::size_t before = 0;
  bool ran = false;
  for (int life = 0; life < 105; ++life) {
    const auto window = MessageWindow::Create();
    window->Post([&] { ran = true; });
    window->PostLater(0, [&] { ran = true; });
    CHECK(LiveObjects() == alive + 1);
    if (life == 4) before = CountHandles(GetCurrentProcessId());
  }
  int turns = 0;
  Pump([&] { return ++turns > 5; });
  CHECK_FALSE(ran);
  CHECK(LiveObjects() == alive);
  CHECK(CountHandles(GetCurrentProcessId()) <= before);
  WNDCLASSEXW type{};
  type.cbSize = sizeof(type);
  CHECK(GetClassInfoExW(GetModuleHandleW(nullptr), L"OutlookOfflineState.MessageWindow", &type) == 0);
}

TEST_CASE("a window of the process that comes to the foreground is noticed, until the hook ends") {
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
  CHECK(one == 0);  // from the message loop, not from within
  CHECK(Pump([&] { return one == 1 && other == 1; }));
  activate();
  CHECK(Pump([&] { return other == 2; }));
  CHECK(one == 1);
  second.End();
  activate();
  int turns = 0;
  Pump([&] { return ++turns > 5; });
  CHECK(other == 2);
  DestroyWindow(window);
}

}  // namespace
}  // namespace offline_state
