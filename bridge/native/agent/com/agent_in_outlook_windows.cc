#include "agent/com/agent_in_outlook_windows.h"

#include <memory>

#include "agent/agent.h"
#include "agent/com/late_binding_windows.h"
#include "channel/address.h"

namespace offline_state {
namespace {

AgentOptions Ask(IDispatch* application) {
  AgentOptions options;
  options.home = HomeFromEnvironment();
  options.outlook = VersionOf(application);
  options.profile = ProfileOf(application);
  options.open = FindHrOpenOfflineObj({}, nullptr);
  return options;
}

}  // namespace

AddInActions AgentActions() {
  const auto agent = std::make_shared<Agent>();
  AddInActions actions;
  actions.begin = [agent](IDispatch* application) { agent->Connect(Ask(application)); };
  actions.end = [agent](Goodbye why) { agent->Disconnect(why); };
  return actions;
}

}  // namespace offline_state
