// What the simulated MAPI offers beside the documented export.
// Platform code: provider_library_posix.cc, provider_library_windows.cc.
#pragma once

#include <cstddef>
#include <string>

namespace offline_state {

// The private export. `command` is "noise", "capabilities none|online|offline|both", "silent online|offline" or
// "transition start|statechange|done online|offline"; `answer` receives English text, cut to `size` bytes with its
// zero. Returns 0 when it was done, and 1 when not. Only Outlook's process may ask.
using SimulatedMapiCommandFn = int (*)(const char* command, char* answer, std::size_t size);
inline constexpr const char* kSimulatedMapiCommand = "SimulatedMapiCommand";

// That export of the library at `path`, which FindHrOpenOfflineObj has loaded; null when it has none, because it is
// another provider.
SimulatedMapiCommandFn FindSimulatedMapiCommand(const std::string& path) noexcept;

}  // namespace offline_state
