// The five steps of the Offline State API (Microsoft's MAPI reference, "About the Offline State API").
//
// Must run inside the Outlook process: HrOpenOfflineObj answers MAPI_E_NOT_FOUND anywhere else.
#pragma once

#include <memory>
#include <string>

#include "agent/mailbox.h"
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

  // Unadvises, once, however often it is called; holds no lock that Notify takes. The source becomes
  // unavailable/stopped.
  void Stop() noexcept;

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  IMAPIOfflineMgr* manager_ = nullptr;  // implementation may use an owning smart pointer instead
  ULONG token_ = 0;
  bool advised_ = false;
};

}  // namespace offline_state
