// The simulated Outlook as a process: loads a MAPI provider, hosts the real agent, obeys one command per line.
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "mapi/mapi_library.h"
#include "simulated/agent_add_in.h"
#include "simulated/main_loop_posix.h"
#include "simulated/outlook_lock_posix.h"
#include "simulated/outlook_options.h"
#include "simulated/provider_library.h"
#include "simulated/simulated_outlook.h"

namespace offline_state {
namespace {

void Log(const std::string& text) { std::fprintf(stderr, "simulated Outlook %d: %s\n", getpid(), text.c_str()); }

[[noreturn]] void Crash() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);  // nobody wants the dump of a crash on command
  std::abort();
}

void Run(const OutlookOptions& options) {
  if (!options.agent.empty()) throw std::invalid_argument("The agent is in here already: --agent is for Windows.");
  const UniqueFd lock = LockOutlook(options.home);
  const auto loop = std::make_shared<MainLoop>(stdin);
  std::string error;
  const HrOpenOfflineObjFn open = FindHrOpenOfflineObj(options.mapi, &error);
  // As in Outlook: it runs without MAPI's offline object too, and the agent tells that.
  Log(open == nullptr ? error : "MAPI is " + options.mapi);

  SimulatedSession session;
  AgentOptions agent;
  agent.main_thread = loop;
  agent.object_model = std::make_shared<SimulatedObjectModel>(session);
  agent.home = options.home;
  agent.outlook = options.outlook_version;
  agent.profile = Utf16Of(options.profile);
  agent.open = open;
  AgentAddIn add_in(agent);
  if (!add_in.Tick(error)) Log("the agent cannot serve: " + error);

  SimulatedOutlook outlook(OfflineObject(open, agent.profile), FindSimulatedMapiCommand(options.mapi), add_in, session,
                           options.profile);
  if (!WriteLine(stdout, "ready " + std::to_string(getpid()))) std::_Exit(EXIT_FAILURE);
  const Ending ending = outlook.Serve([&loop](std::string& line) { return loop->NextLine(line); }, stdout);
  // Fast shutdown and crash call nobody back: the process is gone before the add-in could hear of it.
  if (ending == Ending::kExit) std::_Exit(EXIT_SUCCESS);
  if (ending == Ending::kCrash) Crash();
}

}  // namespace
}  // namespace offline_state

int main(int argc, char** argv) {
  try {
    offline_state::Run(offline_state::ParseOutlookOptions(std::vector<std::string>(argv + 1, argv + argc)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
