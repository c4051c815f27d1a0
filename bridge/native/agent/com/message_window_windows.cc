#include "agent/com/message_window_windows.h"

#include <exception>
#include <mutex>
#include <utility>

namespace offline_state {
namespace {

constexpr wchar_t kClass[] = L"OutlookOfflineState.MessageWindow";
constexpr UINT kPosted = WM_APP;

long g_windows = 0;  // of one thread alone; the class goes with the last, because the DLL with its code may go then

HINSTANCE OwnModule() noexcept {
  HMODULE own = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<LPCWSTR>(&g_windows), &own);
  return own;
}

}  // namespace

std::shared_ptr<MessageWindow> MessageWindow::Create() {
  auto made = std::make_shared<MessageWindow>();
  if (made->window_ == nullptr) made.reset();
  return made;
}

MessageWindow::MessageWindow() noexcept {
  WNDCLASSEXW type{};
  type.cbSize = sizeof(type);
  type.lpfnWndProc = OnMessage;
  type.hInstance = OwnModule();
  type.lpszClassName = kClass;
  ++g_windows;
  RegisterClassExW(&type);  // fails when there is another window, which does not matter
  window_ = CreateWindowExW(0, kClass, nullptr, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, type.hInstance, nullptr);
  if (window_ != nullptr) SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
}

MessageWindow::~MessageWindow() {
  if (window_ != nullptr) {
    SetWindowLongPtrW(window_, GWLP_USERDATA, 0);
    DestroyWindow(window_);  // and its timers and messages
  }
  if (--g_windows == 0) UnregisterClassW(kClass, OwnModule());
}

bool MessageWindow::Post(Call call) noexcept {
  const std::lock_guard<Mutex> lock(mutex_);
  try {
    posted_.push_back(std::move(call));
  } catch (const std::exception&) {
    return false;
  }
  // One message for all calls that wait. It is taken only when this function has left the mutex.
  if (posted_.size() > 1 || PostMessageW(window_, kPosted, 0, 0) != 0) return true;
  posted_.pop_back();
  return false;
}

bool MessageWindow::PostLater(std::uint32_t delay_ms, Call call) noexcept {
  const UINT_PTR timer = ++last_timer_;
  try {
    timers_.emplace_back(timer, std::move(call));
  } catch (const std::exception&) {
    return false;
  }
  if (SetTimer(window_, timer, delay_ms, nullptr) != 0) return true;
  timers_.pop_back();
  return false;
}

LRESULT CALLBACK MessageWindow::OnMessage(HWND window, UINT message, WPARAM wide, LPARAM is_long) noexcept {
  auto* const self = reinterpret_cast<MessageWindow*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  if (self == nullptr || (message != kPosted && message != WM_TIMER)) {
    return DefWindowProcW(window, message, wide, is_long);
  }
  // Held: a call may end the agent, and the window with it.
  const std::shared_ptr<MessageWindow> held = self->weak_from_this().lock();
  message == kPosted ? self->RunPosted() : self->RunTimer(wide);
  return 0;
}

// One at a time: a call may handle messages, and with them the calls after it.
void MessageWindow::RunPosted() {
  for (;;) {
    Call call;
    {
      const std::lock_guard<Mutex> lock(mutex_);
      if (posted_.empty()) return;
      call = std::move(posted_.front());
      posted_.erase(posted_.begin());
    }
    call();
  }
}

void MessageWindow::RunTimer(UINT_PTR timer) {
  KillTimer(window_, timer);
  Call call;
  for (auto one = timers_.begin(); one != timers_.end(); ++one) {
    if (one->first != timer) continue;
    call = std::move(one->second);
    timers_.erase(one);
    break;
  }
  if (call) call();
}

}  // namespace offline_state
