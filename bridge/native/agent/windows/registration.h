// Registers the agent with COM and with Outlook for the current user, which needs no administrator rights. Windows
// only.
//
// COM classes are registered separately for 32 and 64 bits, so a DLL registers its class in the registry view of its
// own bitness; the ProgID and the key that Outlook reads are shared. Both DLLs can be registered: Outlook loads the one
// of its bitness.
#pragma once

#include <string>

#include "mapi/com_types.h"

namespace offline_state {

// How COM and Outlook identify the agent. Never change these: an update would leave the old registration behind.
// {579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}
inline constexpr GUID kAgentClass = {0x579DAA6E, 0x593B, 0x4EAE, {0xB2, 0x17, 0xDC, 0x2D, 0x9B, 0x4A, 0xCF, 0x6C}};
inline constexpr wchar_t kAgentClassText[] = L"{579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}";
inline constexpr wchar_t kAgentProgId[] = L"OutlookOfflineState.Agent";

inline constexpr wchar_t kFriendlyName[] = L"Outlook Offline State";
inline constexpr wchar_t kDescription[] =
    L"Lets the Outlook Offline State pane show whether Outlook is online or offline.";

inline constexpr DWORD kLoadAtStartup = 3;  // LoadBehavior: loaded now, and at every start of Outlook

enum class RegistryView : REGSAM { k32 = KEY_WOW64_32KEY, k64 = KEY_WOW64_64KEY };

// The view of this DLL's bitness.
constexpr RegistryView OwnView() noexcept { return sizeof(void*) == 8 ? RegistryView::k64 : RegistryView::k32; }

// Registers `dll` (absolute path) and sets LoadBehavior to 3. Calling it again repairs the registration. Returns the
// Windows error as an HRESULT if a key cannot be written.
HRESULT RegisterAgent(RegistryView view, const std::wstring& dll);

// Removes what RegisterAgent has registered in `view`, and the shared keys if no view has the class any more. Succeeds
// if nothing is registered.
HRESULT UnregisterAgent(RegistryView view);

}  // namespace offline_state
