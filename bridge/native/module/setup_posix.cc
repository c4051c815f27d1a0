#include "module/setup.h"

namespace offline_state {

void AddSetup(Napi::Env, Napi::Object) {}

}  // namespace offline_state
