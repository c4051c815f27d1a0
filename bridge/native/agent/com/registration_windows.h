// Registers the agent with COM and with Outlook, for this user alone: no administrator is needed. Windows only.
//
// Classes are kept apart for 32 and 64 bits, so a DLL registers its class in the view of its own bitness; the ProgID
// and the key that Outlook reads are common to both. Both DLLs may be registered: Outlook loads the one of its bitness.
#pragma once

#include <string>

#include "mapi/com_types.h"

namespace offline_state {

enum class RegistryView : REGSAM { k32 = KEY_WOW64_32KEY, k64 = KEY_WOW64_64KEY };

// The view that belongs to this code.
constexpr RegistryView OwnView() noexcept { return sizeof(void*) == 8 ? RegistryView::k64 : RegistryView::k32; }

// `dll`: absolute path. LoadBehavior becomes 3 (load at start-up). Repeating it mends what is there. What Windows says
// when a key cannot be written, as HRESULT.
HRESULT RegisterAgent(RegistryView view, const std::wstring& dll);

// Removes what RegisterAgent has made in `view`; what is common goes when no view has the class any more. Repeating it
// is no error.
HRESULT UnregisterAgent(RegistryView view);

}  // namespace offline_state
