#include <array>

#include "channel/handle_windows.h"
#include "simulated/outlook_process.h"

namespace offline_state {

bool IsOutlookProcess() noexcept {
  std::array<wchar_t, 1024> path{};
  const DWORD size = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  const wchar_t* name = path.data();
  for (DWORD i = 0; i < size; ++i) {
    if (path[i] == L'\\') name = path.data() + i + 1;
  }
  return CompareStringOrdinal(name, -1, L"OUTLOOK.EXE", -1, TRUE) == CSTR_EQUAL;
}

}  // namespace offline_state
