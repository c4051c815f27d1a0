// Hears Application.Quit, which tells of an exit in every kind of shutdown that tells of it at all. Windows only.
#pragma once

#include <functional>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"

namespace offline_state {

class QuitSink;

class QuitSubscription {
 public:
  QuitSubscription() noexcept;
  ~QuitSubscription();
  QuitSubscription(const QuitSubscription&) = delete;
  QuitSubscription& operator=(const QuitSubscription&) = delete;

  // `on_quit` runs on Outlook's main thread, and never after End. False when `application` has no such event: an exit
  // is then told by the other callbacks, or by the broken channel. Throws std::bad_alloc.
  bool Begin(IDispatch* application, std::function<void()> on_quit);

  // Idempotent.
  void End() noexcept;

 private:
  ComPtr<IConnectionPoint> point_;
  ComPtr<QuitSink> sink_;
  DWORD cookie_ = 0;
};

}  // namespace offline_state
