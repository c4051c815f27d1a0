#include "agent/com/later_windows.h"

#include <utility>

namespace offline_state {

Later* Later::first_ = nullptr;

// A timer of the thread, without a window: the cheapest thing that Windows calls back from the message loop.
bool Later::Schedule(std::function<void()> what) {
  Cancel();
  timer_ = SetTimer(nullptr, 0, USER_TIMER_MINIMUM, &OnTimer);
  if (timer_ == 0) return false;
  what_ = std::move(what);
  next_ = std::exchange(first_, this);
  return true;
}

void Later::Cancel() noexcept {
  if (timer_ == 0) return;
  KillTimer(nullptr, std::exchange(timer_, 0));
  for (Later** link = &first_; *link != nullptr; link = &(*link)->next_) {
    if (*link != this) continue;
    *link = next_;
    break;
  }
}

void CALLBACK Later::OnTimer(HWND, UINT, UINT_PTR timer, DWORD) noexcept {
  for (Later* later = first_; later != nullptr; later = later->next_) {
    if (later->timer_ != timer) continue;
    later->Cancel();
    // Moved out: what is done may end the object.
    const std::function<void()> what = std::move(later->what_);
    what();
    return;
  }
}

}  // namespace offline_state
