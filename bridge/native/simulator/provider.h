// The private export of the simulated MAPI, by which the simulated Outlook runs commands in it. It exists beside the
// documented HrOpenOfflineObj; both are in posix/provider_exports.cc and windows/provider_exports.cc.
#pragma once

#include <cstddef>
#include <string>

namespace offline_state {

class SimulatedMapi;

// `command`: "noise", "capabilities none|online|offline|both", "silent online|offline" or
// "transition start|statechange|done online|offline". `reply` receives English text that ends with a null character,
// cut to `size` bytes. Returns 0 on success and 1 on failure. Fails in any process but Outlook's.
using SimulatedMapiCommandFn = int (*)(const char* command, char* reply, std::size_t size);
inline constexpr const char* kSimulatedMapiCommand = "SimulatedMapiCommand";

// What the export does in Outlook's process.
int RunProviderCommand(SimulatedMapi& mapi, const char* command, char* reply, std::size_t size) noexcept;

// Copies `text` to `reply`, cut to `size` bytes and with a null character at the end.
void CopyReply(const std::string& text, char* reply, std::size_t size) noexcept;

}  // namespace offline_state
