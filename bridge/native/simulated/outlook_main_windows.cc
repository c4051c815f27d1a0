// The simulated Outlook as a process on Windows: OUTLOOK.EXE, without a console. Loads a MAPI provider and the add-ins
// that are registered, obeys one command per line.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "channel/handle_windows.h"
#include "channel/text_windows.h"
#include "mapi/mapi_library.h"
#include "simulated/com_add_ins_windows.h"
#include "simulated/line_reader_windows.h"
#include "simulated/outlook_options.h"
#include "simulated/simulated_outlook.h"

// <windows.h> comes with the headers above.
#include <objbase.h>

namespace offline_state {
namespace {

constexpr wchar_t kMapi[] = L"msmapi32.dll";

void Log(const std::string& text) {
  std::fprintf(stderr, "simulated Outlook %lu: %s\n", GetCurrentProcessId(), text.c_str());
}

// As in Outlook: MAPI is among the loaded modules, by the name that Outlook's has, before an add-in comes. A provider
// of another name is loaded from a copy.
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
  Log(open == nullptr ? error : "MAPI is " + library);
  return open;
}

// Outlook's main thread has had windows, messages and timers before the first add-in comes: what the first use of them
// costs is not the add-in's.
void BeAThreadWithMessages() {
  const UINT_PTR timer = SetTimer(nullptr, 0, USER_TIMER_MINIMUM, nullptr);
  MSG message;
  PeekMessageW(&message, nullptr, 0, 0, PM_NOREMOVE);
  if (timer != 0) KillTimer(nullptr, timer);
}

[[noreturn]] void EndAtOnce(UINT code) {
  TerminateProcess(GetCurrentProcess(), code);
  std::abort();
}

// Fast shutdown: no callback. Windows ends the other threads first, then each DLL hears that the process goes.
[[noreturn]] void ExitFast() { ExitProcess(EXIT_SUCCESS); }

std::vector<RegisteredAddIn> OnlyTheAgent(const std::string& dll) {
  return {UnregisteredAgent(std::filesystem::absolute(WideText(dll)).wstring())};
}

void Run(const OutlookOptions& options) {
  // The add-in finds its home as in Outlook: by the environment.
  SetEnvironmentVariableW(L"OUTLOOK_OFFLINE_STATE_HOME", WideText(options.home).c_str());
  if (FAILED(CoInitializeEx(nullptr, COINIT_APARTMENTTHREADED))) throw std::runtime_error("COM is not to be had.");
  BeAThreadWithMessages();
  const HrOpenOfflineObjFn open = LoadMapi(options.mapi);
  const std::u16string profile = Utf16Of(options.profile);
  const auto session = std::make_shared<SimulatedSession>();
  const auto application = Application::Create(WideText(options.outlook_version), WideText(options.profile), session);
  ComAddIns add_ins(options.agent.empty() ? RegisteredAddIns() : OnlyTheAgent(options.agent), application, Log);
  const unsigned long held_before = application->held();
  add_ins.StartUp();
  SimulatedOutlook outlook(OfflineObject(open, profile), FindSimulatedMapiCommand(options.mapi), add_ins, *session,
                           options.profile);
  if (!WriteLine(stdout, "ready " + std::to_string(GetCurrentProcessId()))) EndAtOnce(EXIT_FAILURE);
  LineReader lines(stdin);
  switch (outlook.Serve([&lines](std::string& line) { return lines.Next(line); }, stdout)) {
    case Ending::kCrash:
      EndAtOnce(static_cast<UINT>(STATUS_ACCESS_VIOLATION));
    case Ending::kQuit:
      Log("add-ins hold " + std::to_string(application->held() - held_before) + " references to Application");
      if (application->reached() != 0) Log("add-ins hold " + std::to_string(application->reached()) + " other objects");
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
    offline_state::Run(offline_state::ParseOutlookOptions(offline_state::Arguments(argc, argv)));
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}
