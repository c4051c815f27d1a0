// The Node-API module. index.d.ts describes what it exports.
#include <napi.h>

#include "module/peer_of_connection.h"
#include "module/setup.h"
#include "module/subscription.h"

namespace {

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("subscribe", Napi::Function::New(env, offline_state::Subscribe, "subscribe"));
  exports.Set("peerOfConnection", Napi::Function::New(env, offline_state::PeerOfConnection, "peerOfConnection"));
  offline_state::AddSetup(env, exports);
  return exports;
}

}  // namespace

NODE_API_MODULE(offline_state, Init)
