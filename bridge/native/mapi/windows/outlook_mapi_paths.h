// The registered paths of Outlook's MAPI library, in case Outlook has not loaded it yet. Windows only.
#pragma once

#include <string>
#include <vector>

namespace offline_state {

// Absolute paths, in the order in which to try them. Only reads: installs and repairs nothing. May be empty. Throws
// std::bad_alloc.
std::vector<std::wstring> OutlookMapiPaths();

}  // namespace offline_state
