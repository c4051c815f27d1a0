// The exports of the simulated MAPI (msmapi32.dll). The .def files give the documented name: decorated on x86, plain on
// x64.
#include "mapi/offline_state_abi.h"
#include "simulated/outlook_process.h"
#include "simulated/provider_command.h"
#include "simulated/simulated_mapi.h"

using offline_state::IMAPIOfflineMgr;
using offline_state::SimulatedMapi;

extern "C" HRESULT STDAPICALLTYPE HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                   const GUID* reserved2, IMAPIOfflineMgr** manager) noexcept {
  if (!offline_state::IsOutlookProcess()) {
    if (manager != nullptr) *manager = nullptr;
    return offline_state::MAPI_E_NOT_FOUND;
  }
  return SimulatedMapi::OfProcess().Open(reserved, profile, guid, reserved2, manager);
}

extern "C" int SimulatedMapiCommand(const char* command, char* answer, std::size_t size) noexcept {
  if (!offline_state::IsOutlookProcess()) {
    offline_state::GiveAnswer("The simulated MAPI answers only in the simulated Outlook.", answer, size);
    return 1;
  }
  return offline_state::ObeyProviderCommand(SimulatedMapi::OfProcess(), command, answer, size);
}
