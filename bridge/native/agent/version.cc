#include "agent/version.h"

namespace offline_state {

const char* AgentVersion() noexcept { return OFFLINE_STATE_VERSION; }

}  // namespace offline_state
