// The simulated Outlook as a process: OUTLOOK.EXE, without a console window. Loads a MAPI provider and the registered
// add-ins, and runs commands.
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <exception>
#include <filesystem>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/windows/handle.h"
#include "core/windows/wide_text.h"
#include "mapi/mapi_library.h"
#include "simulator/command_line.h"
#include "simulator/provider.h"
#include "simulator/simulated_outlook.h"
#include "simulator/windows/com_add_ins.h"

// Needs <windows.h>, which the headers above include.
#include <objbase.h>

namespace offline_state {
namespace {

constexpr wchar_t kMapi[] = L"msmapi32.dll";

void Log(const std::string& text) {
  std::fprintf(stderr, "simulated Outlook %lu: %s\n", GetCurrentProcessId(), text.c_str());
}

// As in Outlook, MAPI is loaded before the add-ins, under the name msmapi32.dll. A provider with another name is loaded
// from a copy.
HrOpenOfflineObjFn LoadMapi(const std::string& library) {
  std::filesystem::path path = std::filesystem::absolute(WideText(library));
  if (_wcsicmp(path.filename().c_str(), kMapi) != 0) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("simulated-outlook-" + std::to_string(GetCurrentProcessId()));
    std::filesystem::create_directories(folder);
    std::filesystem::copy_file(path, folder / kMapi, std::filesystem::copy_options::overwrite_existing);
    path = folder / kMapi;
  }
  if (LoadLibraryExW(path.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH) == nullptr)
    Log("The MAPI library " + library + " cannot be loaded: Windows error " + std::to_string(GetLastError()));
  std::string error;
  const HrOpenOfflineObjFn open = FindHrOpenOfflineObj({}, &error);
  Log(open == nullptr ? error : "MAPI provider: " + library);
  return open;
}

// Uses messages and timers once, as Outlook's main thread has done before it loads add-ins, so that the cost of the
// first use does not count as start-up time of an add-in.
void CreateMessageQueue() {
  const UINT_PTR timer = SetTimer(nullptr, 0, USER_TIMER_MINIMUM, nullptr);
  MSG message;
  PeekMessageW(&message, nullptr, 0, 0, PM_NOREMOVE);
  if (timer != 0) KillTimer(nullptr, timer);
}

[[noreturn]] void Terminate(UINT code) {
  TerminateProcess(GetCurrentProcess(), code);
  std::abort();
}

// Fast shutdown, without a callback to add-ins. Windows terminates the other threads and then notifies each DLL.
[[noreturn]] void ExitFast() { ExitProcess(EXIT_SUCCESS); }

std::vector<RegisteredAddIn> AddInsFor(const SimulatorOptions& options) {
  if (options.agent.empty()) return FindRegisteredAddIns();
  return {UnregisteredAgent(std::filesystem::absolute(WideText(options.agent)).wstring())};
}

// The private export of the provider that LoadMapi has loaded; null if it is not the simulated MAPI.
SimulatedMapiCommandFn FindSimulatedMapiCommand() noexcept {
  const HMODULE library = GetModuleHandleW(kMapi);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<SimulatedMapiCommandFn>(
      reinterpret_cast<void*>(GetProcAddress(library, kSimulatedMapiCommand)));
}

// Reads lines on a thread of its own, so that the main thread can dispatch messages while it waits for a command.
class LineReader {
 public:
  // The thread may still wait for input when the process ends, because a blocking read cannot be interrupted.
  explicit LineReader(std::FILE* input) {
    std::thread([input, shared = shared_] {
      std::string line;
      for (bool more = true; more;) {
        more = ReadLine(input, line);
        const std::lock_guard<std::mutex> lock(shared->mutex);
        if (more) shared->lines.push_back(line);
        shared->has_ended = !more;
        SetEvent(shared->changed.get());
      }
    }).detach();
  }

  // Dispatches messages until the next line arrives. False at the end of the input.
  bool Next(std::string& line) {
    for (;;) {
      MSG message;
      while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0) DispatchMessageW(&message);
      {
        const std::lock_guard<std::mutex> lock(shared_->mutex);
        if (!shared_->lines.empty()) {
          line = std::move(shared_->lines.front());
          shared_->lines.pop_front();
          return true;
        }
        if (shared_->has_ended) return false;
        ResetEvent(shared_->changed.get());
      }
      const HANDLE changed = shared_->changed.get();
      MsgWaitForMultipleObjectsEx(1, &changed, INFINITE, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
    }
  }

 private:
  struct Shared {
    std::mutex mutex;
    std::deque<std::string> lines;
    bool has_ended = false;
    UniqueHandle changed = MakeEvent();
  };

  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

void Run(const SimulatorOptions& options) {
  // The add-in gets its data directory from the environment, as in Outlook.
  SetEnvironmentVariableW(L"OUTLOOK_OFFLINE_STATE_HOME", WideText(options.data_directory).c_str());
  if (FAILED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED))) throw std::runtime_error("COM cannot be initialized.");
  CreateMessageQueue();
  const HrOpenOfflineObjFn open = LoadMapi(options.mapi);
  const std::u16string profile = Utf16FromUtf8(options.profile);
  const auto session = std::make_shared<SimulatedSession>();
  const auto application =
      SimulatedApplication::Create(WideText(options.outlook_version), WideText(options.profile), session);
  ComAddIns add_ins(AddInsFor(options), application, Log);
  const unsigned long held_before = application->held_references();
  add_ins.StartUp();
  SimulatedOutlook outlook(MapiClient(open, profile), FindSimulatedMapiCommand(), add_ins, *session, options.profile);
  if (!WriteLine(stdout, "ready " + std::to_string(GetCurrentProcessId()))) Terminate(EXIT_FAILURE);
  LineReader lines(stdin);
  switch (outlook.Serve([&lines](std::string& line) { return lines.Next(line); }, stdout)) {
    case ProcessExit::kCrash:
      Terminate(static_cast<UINT>(STATUS_ACCESS_VIOLATION));
    case ProcessExit::kQuit:
      Log("add-ins hold " + std::to_string(application->held_references() - held_before) +
          " references to Application");
      if (application->held_objects() != 0)
        Log("add-ins hold " + std::to_string(application->held_objects()) + " other objects");
      [[fallthrough]];
    default:
      ExitFast();
  }
}

std::vector<std::string> Arguments(int count, wchar_t** words) {
  std::vector<std::string> arguments;
  for (int i = 1; i < count; ++i) arguments.push_back(Utf8Text(words[i]));
  return arguments;
}

}  // namespace
}  // namespace offline_state

int wmain(int argc, wchar_t** argv) {
  try {
    offline_state::Run(offline_state::ParseOptions(offline_state::Arguments(argc, argv)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
