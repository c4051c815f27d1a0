// The Node-API module: what JavaScript can ask of the native code.
#include <napi.h>

namespace {

Napi::Object Init(Napi::Env, Napi::Object exports) { return exports; }

}  // namespace

NODE_API_MODULE(offline_state, Init)
