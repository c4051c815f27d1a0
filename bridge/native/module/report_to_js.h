// A report in JavaScript's terms: the SourceReport of bridge/src/source/offline-state-source.ts.
#pragma once

#include <napi.h>

#include "channel/client.h"

namespace offline_state {

// `now`: when it is delivered; the age is measured then. Throws Napi::Error when JavaScript can make no more objects.
Napi::Object ReportToJs(Napi::Env env, const Report& report, const Moment& now);

}  // namespace offline_state
