#include "agent/windows/message_loop.h"

#include <exception>
#include <mutex>
#include <utility>

namespace offline_state {
namespace {

constexpr wchar_t kClass[] = L"OutlookOfflineState.MessageWindow";
constexpr UINT kPosted = WM_APP;

// Used by one thread only. The last window unregisters the class, because the DLL may be unloaded after that.
long g_windows = 0;

HINSTANCE OwnModule() noexcept {
  HMODULE own = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<LPCWSTR>(&g_windows), &own);
  return own;
}

// Removes `item` from the list that begins at `first`.
template <typename Item>
void Unlink(Item*& first, Item& item, Item* Item::*next) noexcept {
  for (Item** link = &first; *link != nullptr; link = &((*link)->*next)) {
    if (*link != &item) continue;
    *link = item.*next;
    return;
  }
}

}  // namespace

std::shared_ptr<MessageWindow> MessageWindow::Create() {
  auto created = std::make_shared<MessageWindow>();
  if (created->window_ == nullptr) created.reset();
  return created;
}

MessageWindow::MessageWindow() noexcept {
  WNDCLASSEXW window_class{};
  window_class.cbSize = sizeof(window_class);
  window_class.lpfnWndProc = OnMessage;
  window_class.hInstance = OwnModule();
  window_class.lpszClassName = kClass;
  ++g_windows;
  RegisterClassExW(&window_class);  // fails if another window has registered it already
  window_ = CreateWindowExW(0, kClass, nullptr, 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, window_class.hInstance, nullptr);
  if (window_ != nullptr) SetWindowLongPtrW(window_, GWLP_USERDATA, reinterpret_cast<LONG_PTR>(this));
}

MessageWindow::~MessageWindow() {
  if (window_ != nullptr) {
    SetWindowLongPtrW(window_, GWLP_USERDATA, 0);
    DestroyWindow(window_);  // also discards its timers and messages
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
  // One message for all pending calls.
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

LRESULT CALLBACK MessageWindow::OnMessage(HWND window, UINT message, WPARAM wparam, LPARAM lparam) noexcept {
  auto* const self = reinterpret_cast<MessageWindow*>(GetWindowLongPtrW(window, GWLP_USERDATA));
  if (self == nullptr || (message != kPosted && message != WM_TIMER)) {
    return DefWindowProcW(window, message, wparam, lparam);
  }
  // Keeps the window alive: a call may stop the agent, which releases it.
  const std::shared_ptr<MessageWindow> keep_alive = self->weak_from_this().lock();
  message == kPosted ? self->RunPosted() : self->RunTimer(wparam);
  return 0;
}

// One at a time, because a call may dispatch messages and so run the calls after it.
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

DeferredCall* DeferredCall::first_ = nullptr;

bool DeferredCall::Schedule(std::function<void()> call) {
  Cancel();
  timer_ = SetTimer(nullptr, 0, USER_TIMER_MINIMUM, &OnTimer);
  if (timer_ == 0) return false;
  call_ = std::move(call);
  next_ = std::exchange(first_, this);
  return true;
}

void DeferredCall::Cancel() noexcept {
  if (timer_ == 0) return;
  KillTimer(nullptr, std::exchange(timer_, 0));
  Unlink(first_, *this, &DeferredCall::next_);
}

void CALLBACK DeferredCall::OnTimer(HWND, UINT, UINT_PTR timer, DWORD) noexcept {
  for (DeferredCall* deferred = first_; deferred != nullptr; deferred = deferred->next_) {
    if (deferred->timer_ != timer) continue;
    deferred->Cancel();
    // Moved out, because the call may destroy this object.
    const std::function<void()> call = std::move(deferred->call_);
    call();
    return;
  }
}

ActivationHook* ActivationHook::first_ = nullptr;

bool ActivationHook::Begin(std::function<void()> on_activated) {
  End();
  hook_ = SetWinEventHook(EVENT_SYSTEM_FOREGROUND, EVENT_SYSTEM_FOREGROUND, nullptr, &OnEvent, GetCurrentProcessId(), 0,
                          WINEVENT_OUTOFCONTEXT);
  if (hook_ == nullptr) return false;
  on_activated_ = std::move(on_activated);
  next_ = std::exchange(first_, this);
  return true;
}

void ActivationHook::End() noexcept {
  if (hook_ == nullptr) return;
  UnhookWinEvent(std::exchange(hook_, nullptr));
  Unlink(first_, *this, &ActivationHook::next_);
}

void CALLBACK ActivationHook::OnEvent(HWINEVENTHOOK hook, DWORD, HWND, LONG object, LONG, DWORD, DWORD) noexcept {
  if (object != OBJID_WINDOW) return;
  for (ActivationHook* active = first_; active != nullptr; active = active->next_) {
    if (active->hook_ != hook) continue;
    active->on_activated_();
    return;
  }
}

}  // namespace offline_state
