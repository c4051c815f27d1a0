// Finds the documented export of MAPI. Platform code: posix/mapi_library.cc, windows/mapi_library.cc.
#pragma once

#include <string>

#include "mapi/offline_state_abi.h"

namespace offline_state {

// STDAPI HrOpenOfflineObj: see offline_state_abi.h for the parameters.
// Names tried, in order: "HrOpenOfflineObj@20" and "HrOpenOfflineObj" on x86, the reverse elsewhere.
//
// Windows: searches the modules that this process has loaded (olmapi32.dll, then msmapi32.dll); if there are none,
// loads a library from the registered paths of Outlook. POSIX: loads the library at `path`. Returns nullptr and sets
// `error` (for a log; English; may be null) if there is none. The library stays loaded.
HrOpenOfflineObjFn FindHrOpenOfflineObj(const std::string& path, std::string* error) noexcept;

}  // namespace offline_state
