#include "simulated/agent_add_in.h"

#include <utility>

namespace offline_state {

AgentAddIn::AgentAddIn(AgentOptions options) : options_(std::move(options)) {}

bool AgentAddIn::Tick(std::string& error) {
  if (ticked_) return true;
  ticked_ = agent_.Connect(options_);
  if (!ticked_) error = agent_.error();
  return ticked_;
}

void AgentAddIn::Untick(Goodbye why) {
  agent_.Disconnect(why);
  ticked_ = false;
}

}  // namespace offline_state
