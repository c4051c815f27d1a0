// `peerOfConnection(local, remote)` of index.d.ts.
#pragma once

#include <napi.h>

namespace offline_state {

Napi::Value PeerOfConnection(const Napi::CallbackInfo& info);

}  // namespace offline_state
