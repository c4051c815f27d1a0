// Outlook's object model by name, so that one agent serves every version of it. Outlook's main thread only. Windows
// only.
#pragma once

#include <string>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"

namespace offline_state {

// The property `name` of `object` as an object; empty when it has none, or is not ready to say.
ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name);

// The property `name` of `object` as text; empty likewise.
std::u16string TextOf(IDispatch* object, const wchar_t* name);

// Application.Version, "16.0.0.17328"; UTF-8.
std::string VersionOf(IDispatch* application);

// Application.Session.CurrentProfileName; empty while nobody has logged on, which means the default profile.
std::u16string ProfileOf(IDispatch* application);

}  // namespace offline_state
