// The exports of the simulated MAPI (msmapi32.dll). As with Outlook's MAPI, they work only in Outlook's process. The
// .def files give HrOpenOfflineObj its documented name: decorated on x86, plain on x64.
#include <array>
#include <cstddef>

#include "core/windows/handle.h"
#include "mapi/offline_state_abi.h"
#include "simulator/provider.h"
#include "simulator/simulated_mapi.h"

using offline_state::IMAPIOfflineMgr;
using offline_state::SimulatedMapi;

namespace {

// By the name of the executable.
bool IsOutlookProcess() noexcept {
  std::array<wchar_t, 1024> path{};
  const DWORD size = GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size()));
  const wchar_t* name = path.data();
  for (DWORD i = 0; i < size; ++i) {
    if (path[i] == L'\\') name = path.data() + i + 1;
  }
  return CompareStringOrdinal(name, -1, L"OUTLOOK.EXE", -1, TRUE) == CSTR_EQUAL;
}

}  // namespace

extern "C" HRESULT STDAPICALLTYPE HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                   const GUID* reserved2, IMAPIOfflineMgr** manager) noexcept {
  if (!IsOutlookProcess()) {
    if (manager != nullptr) *manager = nullptr;
    return offline_state::MAPI_E_NOT_FOUND;
  }
  return SimulatedMapi::OfProcess().Open(reserved, profile, guid, reserved2, manager);
}

extern "C" int SimulatedMapiCommand(const char* command, char* reply, std::size_t size) noexcept {
  if (!IsOutlookProcess()) {
    offline_state::CopyReply("The simulated MAPI works only in the simulated Outlook.", reply, size);
    return 1;
  }
  return offline_state::RunProviderCommand(SimulatedMapi::OfProcess(), command, reply, size);
}
