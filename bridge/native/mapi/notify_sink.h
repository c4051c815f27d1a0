// Step 1: what MAPI calls when the state changes.
// https://learn.microsoft.com/office/client-developer/outlook/mapi/imapiofflinenotifynotify
#pragma once

#include <atomic>
#include <memory>

#include "agent/mailbox.h"
#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

// Lives for as long as MAPI holds it, which may be longer than the agent: it needs nothing but the mailbox, and owns it
// together with the others. Any thread may call any of its methods.
class NotifySink final : public IMAPIOfflineNotify {
 public:
  // Null when there is no memory. The reference returned is the caller's.
  static ComPtr<IMAPIOfflineNotify> Create(std::shared_ptr<Mailbox> mailbox) noexcept;

  // How many sinks there are in this process: while there is one, its code must not be unloaded.
  static long alive() noexcept;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override;
  ULONG STDMETHODCALLTYPE AddRef() noexcept override;
  ULONG STDMETHODCALLTYPE Release() noexcept override;

  // Posts the new state of STATECHANGE and DONE when they are about online and offline. Ignores every other
  // notification, START too: the change that it announces may not happen. So
  //   START without an end        changes nothing;
  //   DONE without STATECHANGE    is the change, and the state began when DONE came;
  //   STATECHANGE and DONE differ each is a change, so that the last word counts;
  //   ulStateOld                  is not looked at, in no type: it says nothing about the state now;
  //   both bits or neither        is the unknown state.
  void STDMETHODCALLTYPE Notify(const MAPIOFFLINE_NOTIFY* info) noexcept override;

  NotifySink(const NotifySink&) = delete;
  NotifySink& operator=(const NotifySink&) = delete;

 private:
  explicit NotifySink(std::shared_ptr<Mailbox> mailbox) noexcept;
  ~NotifySink();

  const std::shared_ptr<Mailbox> mailbox_;
  std::atomic<ULONG> references_{1};
};

}  // namespace offline_state
