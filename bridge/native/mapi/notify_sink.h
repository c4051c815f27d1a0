// Step 1 of the Offline State API: the object that MAPI calls when the state changes.
// https://learn.microsoft.com/office/client-developer/outlook/mapi/imapiofflinenotifynotify
#pragma once

#include <atomic>
#include <memory>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"
#include "mapi/status_tracker.h"

namespace offline_state {

// Exists as long as MAPI holds a reference, which may be longer than the agent: it uses nothing but the tracker, which
// it shares. Any thread may call any method.
class NotifySink final : public IMAPIOfflineNotify {
 public:
  // Null if there is no memory. The caller owns the reference.
  static ComPtr<IMAPIOfflineNotify> Create(std::shared_ptr<StatusTracker> tracker) noexcept;

  // Number of sinks in this process. While there is one, the code must not be unloaded.
  static long alive() noexcept;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override;
  ULONG STDMETHODCALLTYPE AddRef() noexcept override;
  ULONG STDMETHODCALLTYPE Release() noexcept override;

  // Passes on the new state of STATECHANGE and DONE if they are about online and offline. Ignores every other
  // notification. START only announces a change, which may not happen. So
  //   START without an end        changes nothing;
  //   DONE without STATECHANGE    is the change, and the state began when DONE came;
  //   STATECHANGE and DONE differ each is a change, so the last one counts;
  //   ulStateOld                  is ignored in every type: it does not describe the current state;
  //   both bits or neither        is the unknown state.
  void STDMETHODCALLTYPE Notify(const MAPIOFFLINE_NOTIFY* info) noexcept override;

  NotifySink(const NotifySink&) = delete;
  NotifySink& operator=(const NotifySink&) = delete;

 private:
  explicit NotifySink(std::shared_ptr<StatusTracker> tracker) noexcept;
  ~NotifySink();

  const std::shared_ptr<StatusTracker> tracker_;
  std::atomic<ULONG> references_{1};
};

}  // namespace offline_state
