// outlook-offline-state.exe: starts the bridge without a window, because node.exe is a console program and would open
// one at every logon. `outlook-offline-state.exe <command> [options]` runs the node.exe beside it with the product's
// entry and these very words, and ends at once. Windows only.
#include <windows.h>

#include <string>

namespace {

// Folder of this program, with the backslash; empty when Windows does not say.
std::wstring OwnFolder() {
  std::wstring path(32768, L'\0');
  const DWORD size = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  if (size == 0 || size >= path.size()) return {};
  path.resize(size);
  return path.substr(0, path.rfind(L'\\') + 1);
}

constexpr wchar_t kBlanks[] = L" \t";

// Everything behind the program's own name, as it was given: taking it apart and quoting it anew could only change it.
std::wstring OwnArguments() {
  const std::wstring line = GetCommandLineW();
  const bool quoted = !line.empty() && line.front() == L'"';
  const std::size_t end = quoted ? line.find(L'"', 1) : line.find_first_of(kBlanks);
  if (end == std::wstring::npos) return {};
  return line.substr(quoted ? end + 1 : end);
}

// Takes `word` away when the arguments begin with it.
bool TakeFirst(std::wstring& arguments, const std::wstring& word) {
  const std::size_t begin = arguments.find_first_not_of(kBlanks);
  if (begin == std::wstring::npos || arguments.compare(begin, word.size(), word) != 0) return false;
  const std::size_t end = begin + word.size();
  if (end < arguments.size() && arguments.find_first_of(kBlanks, end) != end) return false;
  arguments.erase(0, end);
  return true;
}

int Launch() {
  const std::wstring folder = OwnFolder();
  if (folder.empty()) return static_cast<int>(GetLastError());
  std::wstring arguments = OwnArguments();
  const bool wait = TakeFirst(arguments, L"--wait");
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

// Exit code: that of the command with --wait, else 0; or the number of the Windows error that kept node.exe from
// starting.
int WINAPI WinMain(HINSTANCE, HINSTANCE, LPSTR, int) {
  try {
    return Launch();
  } catch (...) {
    return ERROR_NOT_ENOUGH_MEMORY;
  }
}
