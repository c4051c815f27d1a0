// Something to be done on this thread when Outlook has time for it: as soon as it looks for messages again and there is
// no other. Outlook's main thread only. Windows only.
#pragma once

#include <functional>

#include "channel/handle_windows.h"

namespace offline_state {

class Later {
 public:
  Later() noexcept = default;
  ~Later() { Cancel(); }
  Later(const Later&) = delete;
  Later& operator=(const Later&) = delete;

  // `what` must not throw; it is done once, unless this object goes before. False: Windows gives no timer, nothing will
  // be done.
  bool Schedule(std::function<void()> what);
  void Cancel() noexcept;

 private:
  static void CALLBACK OnTimer(HWND, UINT, UINT_PTR timer, DWORD) noexcept;

  static Later* first_;  // those that wait
  Later* next_ = nullptr;
  UINT_PTR timer_ = 0;
  std::function<void()> what_;
};

}  // namespace offline_state
