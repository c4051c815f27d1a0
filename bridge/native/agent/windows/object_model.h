// Outlook's object model by late binding, so that one agent works with every version of Outlook. Outlook's main thread
// only. Windows only.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/readings.h"
#include "agent/windows/add_in_abi.h"
#include "mapi/com_ptr.h"

namespace offline_state {

// The property `name` of `object`, or the result of its method `name` called with `argument`. Empty if `object` is null
// or has no such member, if the call fails, or if the value is of another type; NumberOf also if it is negative.
ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name);
ComPtr<IDispatch> ObjectOf(IDispatch* object, const wchar_t* name, long argument);
std::u16string TextOf(IDispatch* object, const wchar_t* name);
std::optional<std::uint32_t> NumberOf(IDispatch* object, const wchar_t* name);

// Application.Version, "16.0.0.17328"; UTF-8.
std::string VersionOf(IDispatch* application);

// Application.Session.CurrentProfileName; empty before the logon, which means the default profile.
std::u16string ProfileOf(IDispatch* application);

// Application.Session.ExchangeConnectionMode, an OlExchangeConnectionMode.
std::optional<std::uint32_t> ExchangeConnectionModeOf(IDispatch* application);

// Application.Session.GetDefaultFolder(olFolderOutbox).Items.Count. Keeps no reference after the call.
std::optional<std::uint32_t> OutboxItemsOf(IDispatch* application);

// The object model as the agent reads it. Keeps a reference to `application` and to nothing below it. Throws
// std::bad_alloc.
std::shared_ptr<ObjectModel> OutlookObjectModel(IDispatch* application);

}  // namespace offline_state
