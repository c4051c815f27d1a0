// Outlook's object model by name, so that one agent serves every version of it. Outlook's main thread only. Windows
// only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"

namespace offline_state {

// The property `name` of `object` as an object; empty when it has none, or is not ready to say.
ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name);

// The property `name` of `object` as text; empty likewise.
std::u16string TextOf(IDispatch* object, const wchar_t* name);

// The property `name` of `object` as a number; nothing when it is none, or is negative.
std::optional<std::uint32_t> NumberOf(IDispatch* object, const wchar_t* name);

// What the method `name` of `object` answers when it is called with `argument`; empty likewise.
ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name, long argument);

// Application.Version, "16.0.0.17328"; UTF-8.
std::string VersionOf(IDispatch* application);

// Application.Session.CurrentProfileName; empty while nobody has logged on, which means the default profile.
std::u16string ProfileOf(IDispatch* application);

// Application.Session.ExchangeConnectionMode, an OlExchangeConnectionMode.
std::optional<std::uint32_t> ExchangeConnectionModeOf(IDispatch* application);

// Application.Session.GetDefaultFolder(olFolderOutbox).Items.Count. Nothing of it is held after the call.
std::optional<std::uint32_t> OutboxItemsOf(IDispatch* application);

}  // namespace offline_state
