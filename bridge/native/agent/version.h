// The version of this agent, which it sends in its hello.
#pragma once

namespace offline_state {

// That of package.json: the builds pass it as OFFLINE_STATE_VERSION.
const char* AgentVersion() noexcept;

}  // namespace offline_state
