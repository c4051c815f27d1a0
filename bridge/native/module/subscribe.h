// `subscribe(options, listener)`: Outlook's state, now and at each change.
#pragma once

#include <napi.h>

namespace offline_state {

// options: { home?: string } (none or empty: the default home). listener: (report: SourceReport) => void; it is called
// within a second with what is known then, and then once for each change, confirmation and reading; what it throws is
// an uncaught exception. Returns { refresh(): void, close(): void }. refresh asks the agent to read the state again or,
// while there is no agent, looks again whether Outlook runs; close is idempotent and may be called from the listener.
//
// A subscription keeps the event loop alive until it is closed, whether the handle is held or not. An argument of
// another type throws a TypeError that names it; a home that no address can be made of, an Error that names it.
Napi::Value Subscribe(const Napi::CallbackInfo& info);

}  // namespace offline_state
