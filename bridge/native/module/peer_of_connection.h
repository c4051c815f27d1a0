// `peerOfConnection(local, remote)`: whether the other end of a connection belongs to this user.
#pragma once

#include <napi.h>

namespace offline_state {

// Ends are `{ address: string, port: number }`, as a net.Socket gives them. Answers with a promise of
// `{ sameUser: true } | { sameUser: false, found: boolean, why: string }`; it does not block the event loop. `found` is
// false when the system does not list the connection, or not yet. Rejects nothing: an end that is none throws a
// TypeError at once, and what cannot be found out is not the same user.
Napi::Value PeerOfConnection(const Napi::CallbackInfo& info);

}  // namespace offline_state
