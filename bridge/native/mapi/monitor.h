// The five steps of the Offline State API (Microsoft's MAPI reference, "About the Offline State API").
//
// Must run inside the Outlook process: HrOpenOfflineObj answers MAPI_E_NOT_FOUND anywhere else.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "agent/mailbox.h"
#include "mapi/com_ptr.h"
#include "mapi/mapi_library.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

class Monitor {
 public:
  explicit Monitor(std::shared_ptr<Mailbox> mailbox) noexcept;
  ~Monitor();  // stops
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Opens the offline object of `profile` (UTF-16, empty = default), asks for the capabilities, advises, reads the
  // state. What happened is in the mailbox's source: listening, or unavailable with the step's reason and HRESULT.
  // Outlook's main thread. Does no I/O of its own. Call once.
  void Start(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept;

  // Asks GetCurrentState; for Mailbox::PostReading. Nothing when the call fails, and before Start and after Stop.
  // Outlook's main thread, not from within Notify. Outlook may call Stop, and end the monitor, while the call runs.
  std::optional<StateReading> ReadState() const noexcept;

  // Unadvises, once, however often it is called; holds no lock that Notify takes. The source becomes
  // unavailable/stopped. Any thread, but not while Start runs and not from within Notify.
  void Stop() noexcept;

 private:
  Source Listen(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept;

  const std::shared_ptr<Mailbox> mailbox_;
  ComPtr<IMAPIOfflineMgr> manager_;
  ULONG token_ = 0;
  std::atomic<bool> advised_{false};
};

}  // namespace offline_state
