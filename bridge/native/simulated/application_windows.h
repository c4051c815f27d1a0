// Outlook's Application as an add-in sees it: Version and Session.CurrentProfileName by late binding, and the event
// Quit. Windows only.
#pragma once

#include <string>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"

namespace offline_state {

class Application : public IDispatch {
 public:
  // On the calling thread, which becomes the only one that may call it: any other is answered RPC_E_WRONG_THREAD.
  static ComPtr<Application> Create(std::wstring version, std::wstring profile);

  // Tells Quit to all who have subscribed.
  virtual void FireQuit() = 0;

  // References on it and subscriptions to it, less the caller's own: what add-ins hold.
  virtual unsigned long held() const = 0;

 protected:
  ~Application() = default;
};

}  // namespace offline_state
