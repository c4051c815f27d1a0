// Outlook's own hand on its MAPI: changes the state by the documented API of whatever provider is loaded, simulated or
// not.
#pragma once

#include <string>

#include "mapi/com_ptr.h"
#include "mapi/mapi_library.h"
#include "mapi/offline_state_abi.h"
#include "simulated/outlook_command.h"

namespace offline_state {

class OfflineObject {
 public:
  // `open` may be null: then every answer says that there is no MAPI.
  OfflineObject(HrOpenOfflineObjFn open, std::u16string profile);

  // Asks for MAPIOFFLINE_STATE_ONLINE or MAPIOFFLINE_STATE_OFFLINE, without blocking flag, and waits until
  // GetCurrentState shows it: at most 2 s, also for a change that is still under way.
  Answer GoTo(ULONG state) const;

  // "offline, capabilities both", or why that cannot be told.
  Answer Describe() const;

 private:
  // A fresh object each time, because one keeps the capabilities that it was opened with.
  ComPtr<IMAPIOfflineMgr> Open(Answer& failure) const;

  const HrOpenOfflineObjFn open_;
  const std::u16string profile_;
};

}  // namespace offline_state
