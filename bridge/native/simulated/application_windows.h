// Outlook's Application as an add-in sees it: Version, and in Session CurrentProfileName, ExchangeConnectionMode and
// the Outbox with its items, all by late binding; the events Quit and ItemSend. Windows only.
#pragma once

#include <memory>
#include <string>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"
#include "simulated/simulated_session.h"

namespace offline_state {

class Application : public IDispatch {
 public:
  // On the calling thread, which becomes the only one that may call it: any other is answered RPC_E_WRONG_THREAD.
  static ComPtr<Application> Create(
      std::wstring version, std::wstring profile,
      std::shared_ptr<const SimulatedSession> session = std::make_shared<SimulatedSession>());

  // Tells it to all who have subscribed.
  virtual void FireQuit() = 0;
  virtual void FireItemSend() = 0;

  // How many objects that were reached from it are still held.
  virtual unsigned long reached() const = 0;

  // References on it and subscriptions to it, less the caller's own: what add-ins hold.
  virtual unsigned long held() const = 0;

 protected:
  ~Application() = default;
};

}  // namespace offline_state
