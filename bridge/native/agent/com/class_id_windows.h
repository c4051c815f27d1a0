// The names under which Outlook finds the agent. Published: never change them, or an update leaves the old one behind.
#pragma once

#include "mapi/com_types.h"

namespace offline_state {

// {579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}
inline constexpr GUID kAgentClass = {0x579DAA6E, 0x593B, 0x4EAE, {0xB2, 0x17, 0xDC, 0x2D, 0x9B, 0x4A, 0xCF, 0x6C}};
inline constexpr wchar_t kAgentClassText[] = L"{579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}";
inline constexpr wchar_t kAgentProgId[] = L"OutlookOfflineState.Agent";
inline constexpr wchar_t kFriendlyName[] = L"Outlook Offline State";
inline constexpr wchar_t kDescription[] =
    L"Tells the Outlook Offline State task pane whether Outlook is online or offline.";

}  // namespace offline_state
