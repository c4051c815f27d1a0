// Where agent and bridge of one user and one home meet. Platform code: address_posix.cc, address_windows.cc.
#pragma once

#include <string>

namespace offline_state {

// OUTLOOK_OFFLINE_STATE_HOME, or %LOCALAPPDATA%\OutlookOfflineState, or $XDG_STATE_HOME/outlook-offline-state
// (~/.local/state/...). UTF-8. Empty when none of them can be found out.
std::string HomeFromEnvironment();

// "" for the default home (that which HomeFromEnvironment gives when the variable is not set), else ".h-" and 16 hex
// digits (FNV-1a 64 of the absolute path, lower-cased on Windows). Two homes never share a name.
std::string HomeSuffix(const std::string& home);

// Windows: \\.\pipe\outlook-offline-state.<user SID>.<session id><suffix>. POSIX: <home>/run/agent.sock.
// Throws std::runtime_error naming the home when no address can be made of it.
std::string ChannelAddress(const std::string& home);

}  // namespace offline_state
