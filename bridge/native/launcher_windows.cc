// outlook-offline-state.exe: starts the bridge without a console window, which node.exe would open at every logon.
// `outlook-offline-state.exe [--wait] <command> [options]` runs the node.exe in its own folder with the product's
// command line and these arguments. It exits at once, or with --wait when the command has ended. Windows only.
#include <windows.h>

#include <string>

namespace {

// Folder of this executable with a trailing backslash; empty on failure.
std::wstring OwnFolder() {
  std::wstring path(32768, L'\0');
  const DWORD size = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  if (size == 0 || size >= path.size()) return {};
  path.resize(size);
  return path.substr(0, path.rfind(L'\\') + 1);
}

constexpr wchar_t kWhitespace[] = L" \t";

// The command line after the executable's name, unchanged: splitting and quoting it again could alter it.
std::wstring OwnArguments() {
  const std::wstring line = GetCommandLineW();
  const bool quoted = !line.empty() && line.front() == L'"';
  const std::size_t end = quoted ? line.find(L'"', 1) : line.find_first_of(kWhitespace);
  if (end == std::wstring::npos) return {};
  return line.substr(quoted ? end + 1 : end);
}

// Removes `argument` from the start of the arguments; false if they do not start with it.
bool RemoveFirst(std::wstring& arguments, const std::wstring& argument) {
  const std::size_t begin = arguments.find_first_not_of(kWhitespace);
  if (begin == std::wstring::npos || arguments.compare(begin, argument.size(), argument) != 0) return false;
  const std::size_t end = begin + argument.size();
  if (end < arguments.size() && arguments.find_first_of(kWhitespace, end) != end) return false;
  arguments.erase(0, end);
  return true;
}

int Launch() {
  const std::wstring folder = OwnFolder();
  if (folder.empty()) return static_cast<int>(GetLastError());
  std::wstring arguments = OwnArguments();
  const bool wait = RemoveFirst(arguments, L"--wait");
  const std::wstring node = folder + L"node.exe";
  std::wstring line = L"\"" + node + L"\" \"" + folder + L"dist\\bridge\\src\\cli\\main.js\"" + arguments;
  STARTUPINFOW startup{};
  startup.cb = sizeof(startup);
  PROCESS_INFORMATION process{};
  if (CreateProcessW(node.c_str(), line.data(), nullptr, nullptr, FALSE, CREATE_NO_WINDOW, nullptr, folder.c_str(),
                     &startup, &process) == 0)
    return static_cast<int>(GetLastError());
  DWORD code = 0;
  if (wait) {
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
  }
  CloseHandle(process.hThread);
  CloseHandle(process.hProcess);
  return static_cast<int>(code);
}

}  // namespace

// Exit code: with --wait that of the command, otherwise 0; or the Windows error code if node.exe could not be started.
int WINAPI WinMain(HINSTANCE, HINSTANCE, LPSTR, int) {
  try {
    return Launch();
  } catch (...) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
}
