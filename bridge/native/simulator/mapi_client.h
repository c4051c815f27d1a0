// How the simulated Outlook itself uses MAPI: it reads and sets the state by the documented API of the provider that is
// loaded, which need not be the simulated one.
#pragma once

#include <string>

#include "mapi/com_ptr.h"
#include "mapi/mapi_library.h"
#include "mapi/offline_state_abi.h"
#include "simulator/command_line.h"

namespace offline_state {

class MapiClient {
 public:
  // If `open` is null, every call fails because there is no MAPI.
  MapiClient(HrOpenOfflineObjFn open, std::u16string profile);

  // Calls SetCurrentState (without the blocking flag) with MAPIOFFLINE_STATE_ONLINE or MAPIOFFLINE_STATE_OFFLINE, and
  // waits for at most 2 s until GetCurrentState returns that state. Repeats the call while another change is pending.
  CommandResult SetState(ULONG state) const;

  // "offline, capabilities both", or the error.
  CommandResult Describe() const;

 private:
  // A new object for each command, because an object keeps the capabilities that it was opened with. Empty on failure,
  // which `result` then describes.
  ComPtr<IMAPIOfflineMgr> Open(CommandResult& result) const;

  const HrOpenOfflineObjFn open_;
  const std::u16string profile_;
};

}  // namespace offline_state
