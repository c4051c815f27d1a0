// The simulated Outlook as a process: loads a MAPI provider, hosts the real agent, and runs commands.
#include <dlfcn.h>
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
#include "simulator/posix/agent_add_in.h"
#include "simulator/posix/main_loop.h"
#include "simulator/posix/outlook_lock.h"
#include "simulator/provider.h"
#include "simulator/simulated_outlook.h"

namespace offline_state {
namespace {

void Log(const std::string& text) { std::fprintf(stderr, "simulated Outlook %d: %s\n", getpid(), text.c_str()); }

[[noreturn]] void Crash() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);  // a crash on command needs no core dump
  std::abort();
}

// The private export of the provider at `path`, which is loaded already; null if it is not the simulated MAPI.
SimulatedMapiCommandFn FindSimulatedMapiCommand(const std::string& path) {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  void* const symbol = dlsym(library, kSimulatedMapiCommand);
  dlclose(library);  // only this function's reference
  return reinterpret_cast<SimulatedMapiCommandFn>(symbol);
}

void Run(const SimulatorOptions& options) {
  if (!options.agent.empty()) throw std::invalid_argument("--agent works on Windows only: here the agent is built in.");
  const UniqueFd lock = LockOutlook(options.data_directory);
  const auto loop = std::make_shared<MainLoop>(stdin);
  std::string error;
  const HrOpenOfflineObjFn open = FindHrOpenOfflineObj(options.mapi, &error);
  // Like Outlook it also runs without HrOpenOfflineObj; the agent reports that then.
  Log(open == nullptr ? error : "MAPI provider: " + options.mapi);

  SimulatedSession session;
  AgentOptions agent;
  agent.main_thread = loop;
  agent.object_model = std::make_shared<SimulatedObjectModel>(session);
  agent.data_directory = options.data_directory;
  agent.outlook = options.outlook_version;
  agent.profile = Utf16FromUtf8(options.profile);
  agent.open = open;
  AgentAddIn add_in(agent);
  if (!add_in.Enable(error)) Log("the agent could not start: " + error);

  SimulatedOutlook outlook(MapiClient(open, agent.profile), FindSimulatedMapiCommand(options.mapi), add_in, session,
                           options.profile);
  if (!WriteLine(stdout, "ready " + std::to_string(getpid()))) std::_Exit(EXIT_FAILURE);
  const ProcessExit exit = outlook.Serve([&loop](std::string& line) { return loop->NextLine(line); }, stdout);
  // After a fast shutdown and a crash the add-in gets no callback.
  if (exit == ProcessExit::kExit) std::_Exit(EXIT_SUCCESS);
  if (exit == ProcessExit::kCrash) Crash();
}

}  // namespace
}  // namespace offline_state

int main(int argc, char** argv) {
  try {
    offline_state::Run(offline_state::ParseOptions(std::vector<std::string>(argv + 1, argv + argc)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
