// Hears what Outlook's Application tells: Quit, which tells of an exit in every kind of shutdown that tells of it at
// all, and ItemSend. Windows only.
#pragma once

#include <functional>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"

namespace offline_state {

class ApplicationSink;

class ApplicationEvents {
 public:
  struct Handlers {
    std::function<void()> quit;
    std::function<void()> item_send;  // before the item is sent; must return at once
  };

  ApplicationEvents() noexcept;
  ~ApplicationEvents();
  ApplicationEvents(const ApplicationEvents&) = delete;
  ApplicationEvents& operator=(const ApplicationEvents&) = delete;

  // The handlers run on Outlook's main thread, and never after End. False when `application` has no such events: an
  // exit is then told by the other callbacks, or by the broken channel. Throws std::bad_alloc.
  bool Begin(IDispatch* application, Handlers handlers);

  // Idempotent.
  void End() noexcept;

 private:
  ComPtr<IConnectionPoint> point_;
  ComPtr<ApplicationSink> sink_;
  DWORD cookie_ = 0;
};

}  // namespace offline_state
