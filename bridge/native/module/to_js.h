// A status as a JavaScript object: the Status of shared/src/contract.ts.
#pragma once

#include <napi.h>

#include "channel/client.h"

namespace offline_state {

// `now`: the time of delivery, at which the age is measured. Throws Napi::Error if JavaScript cannot create objects.
Napi::Object ToJs(Napi::Env env, const ClientStatus& status, const Timestamp& now);

}  // namespace offline_state
