// The data directory, and the address of the channel between the agent and the bridges that use it. Platform code:
// posix/address.cc, windows/address.cc.
#pragma once

#include <string>

namespace offline_state {

// OUTLOOK_OFFLINE_STATE_HOME, or %LOCALAPPDATA%\OutlookOfflineState, or $XDG_STATE_HOME/outlook-offline-state
// (~/.local/state/...). UTF-8. Empty if none of them can be determined.
std::string DataDirectoryFromEnvironment();

// Makes names differ for each data directory: "" for the default one (without the variable), otherwise ".h-" and 16 hex
// digits (FNV-1a 64 of the absolute path, in lower case on Windows).
std::string DataDirectorySuffix(const std::string& data_directory);

// Windows: \\.\pipe\outlook-offline-state.<user SID>.<session id><suffix>. POSIX: <data directory>/run/agent.sock.
// Throws std::runtime_error, which names the data directory, if it has no address.
std::string ChannelAddress(const std::string& data_directory);

}  // namespace offline_state
