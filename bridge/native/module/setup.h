// The platform-specific functions of the native module. Platform code: windows/setup.cc, posix/setup.cc.
#pragma once

#include <napi.h>

namespace offline_state {

// Adds the functions of this platform to the module's exports: see `windows` and `isReaderGone` in index.d.ts.
void AddSetup(Napi::Env env, Napi::Object exports);

}  // namespace offline_state
