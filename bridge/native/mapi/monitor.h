// The five steps of the Offline State API (Microsoft's MAPI reference, "About the Offline State API").
//
// Must run inside the Outlook process: HrOpenOfflineObj returns MAPI_E_NOT_FOUND anywhere else.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "mapi/com_ptr.h"
#include "mapi/mapi_library.h"
#include "mapi/offline_state_abi.h"
#include "mapi/status_tracker.h"

namespace offline_state {

class Monitor {
 public:
  explicit Monitor(std::shared_ptr<StatusTracker> tracker) noexcept;
  ~Monitor();  // stops
  Monitor(const Monitor&) = delete;
  Monitor& operator=(const Monitor&) = delete;

  // Opens the offline object of `profile` (UTF-16, empty = default), gets the capabilities, advises and reads the
  // state. Sets the tracker's source to the result: listening, or unavailable with reason and HRESULT of the failed
  // step. Outlook's main thread. Call once.
  void Start(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept;

  // Calls GetCurrentState, for StatusTracker::OnReading. Nothing if the call fails, before Start and after Stop.
  // Outlook's main thread, not from within Notify. Outlook may call Stop and destroy the monitor during the call.
  std::optional<StateReading> ReadState() const noexcept;

  // Unadvises and makes the source unavailable (stopped). Idempotent. Holds no lock that Notify needs. Any thread, but
  // not during Start and not from within Notify.
  void Stop() noexcept;

 private:
  Source Listen(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept;

  const std::shared_ptr<StatusTracker> tracker_;
  ComPtr<IMAPIOfflineMgr> manager_;
  ULONG token_ = 0;
  std::atomic<bool> advised_{false};
};

}  // namespace offline_state
