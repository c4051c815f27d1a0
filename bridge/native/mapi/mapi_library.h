// Finds the documented export of MAPI. Platform code: mapi_library_posix.cc, mapi_library_windows.cc.
#pragma once

#include <string>

#include "mapi/offline_state_abi.h"

namespace offline_state {

// STDAPI HrOpenOfflineObj: see offline_state_abi.h for the parameters.
// Names tried, in order: "HrOpenOfflineObj@20" and "HrOpenOfflineObj" on x86, the reverse elsewhere.
//
// Windows: among the modules that this process has loaded (olmapi32.dll, then msmapi32.dll); only then a library is
// loaded from where Outlook's registration says it lies. POSIX: `path` is the library to load.
// Returns nullptr and fills `error` (for a log; English) when there is none. The library stays loaded.
HrOpenOfflineObjFn FindHrOpenOfflineObj(const std::string& path, std::string* error) noexcept;

}  // namespace offline_state
