// Where Outlook's registration says that its MAPI lies: for the case that Outlook has not loaded it yet. Windows only.
#pragma once

#include <string>
#include <vector>

namespace offline_state {

// Absolute paths, in the order in which they are to be tried; each step is asked only what it has to say, nothing is
// installed or repaired. May be empty. Throws std::bad_alloc.
std::vector<std::wstring> OutlookMapiPaths();

}  // namespace offline_state
