// Outlook's Application object as an add-in uses it, all by late binding: Version, and below Session
// CurrentProfileName, ExchangeConnectionMode and the number of items in the Outbox; and the events Quit and ItemSend.
// Windows only.
#pragma once

#include <memory>
#include <string>

#include "agent/windows/add_in_abi.h"
#include "mapi/com_ptr.h"
#include "simulator/simulated_session.h"

namespace offline_state {

class SimulatedApplication : public IDispatch {
 public:
  // Belongs to the calling thread; calls from any other thread return RPC_E_WRONG_THREAD.
  static ComPtr<SimulatedApplication> Create(
      std::wstring version, std::wstring profile,
      std::shared_ptr<const SimulatedSession> session = std::make_shared<SimulatedSession>());

  // Sends the event to all subscribers.
  virtual void FireQuit() = 0;
  virtual void FireItemSend() = 0;

  // References to this object and event subscriptions that others hold.
  virtual unsigned long held_references() const = 0;

  // Objects below Session that others hold.
  virtual unsigned long held_objects() const = 0;

 protected:
  ~SimulatedApplication() = default;
};

}  // namespace offline_state
