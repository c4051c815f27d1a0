// The version of this agent, which it says in its hello.
#pragma once

namespace offline_state {

// package.json's version: the builds pass it as OFFLINE_STATE_VERSION.
const char* AgentVersion() noexcept;

}  // namespace offline_state
