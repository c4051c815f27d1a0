#include "agent/com/activation_hook_windows.h"

#include <utility>

namespace offline_state {

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
  for (ActivationHook** link = &first_; *link != nullptr; link = &(*link)->next_) {
    if (*link != this) continue;
    *link = next_;
    break;
  }
}

void CALLBACK ActivationHook::OnEvent(HWINEVENTHOOK hook, DWORD, HWND, LONG object, LONG, DWORD, DWORD) noexcept {
  if (object != OBJID_WINDOW) return;
  for (ActivationHook* one = first_; one != nullptr; one = one->next_) {
    if (one->hook_ != hook) continue;
    one->on_activated_();
    return;
  }
}

}  // namespace offline_state
