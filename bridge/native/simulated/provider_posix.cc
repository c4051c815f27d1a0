// The exports of the simulated MAPI (libsimulated-mapi).
//
// There is no HrOpenOfflineObj@20 here: a linker for ELF takes what follows the @ for a version, and no version may
// begin with a digit. The plain name is the one that the reference gives for 64 bits.
#include "mapi/offline_state_abi.h"
#include "simulated/outlook_process.h"
#include "simulated/provider_command.h"
#include "simulated/simulated_mapi.h"

using offline_state::GUID;
using offline_state::HRESULT;
using offline_state::IMAPIOfflineMgr;
using offline_state::LPCWSTR;
using offline_state::SimulatedMapi;
using offline_state::ULONG;

extern "C" {

[[gnu::visibility("default")]] HRESULT HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                        const GUID* reserved2, IMAPIOfflineMgr** manager) noexcept {
  if (!offline_state::IsOutlookProcess()) {
    if (manager != nullptr) *manager = nullptr;
    return offline_state::MAPI_E_NOT_FOUND;
  }
  return SimulatedMapi::OfProcess().Open(reserved, profile, guid, reserved2, manager);
}

[[gnu::visibility("default")]] int SimulatedMapiCommand(const char* command, char* answer, std::size_t size) noexcept {
  if (!offline_state::IsOutlookProcess()) {
    offline_state::GiveAnswer("The simulated MAPI answers only in the simulated Outlook.", answer, size);
    return 1;
  }
  return offline_state::ObeyProviderCommand(SimulatedMapi::OfProcess(), command, answer, size);
}

}  // extern "C"

// The names are found by dlsym alone: the compiler cannot check them against these types elsewhere.
static_assert(noexcept(HrOpenOfflineObj(0, nullptr, nullptr, nullptr, nullptr)), "no exception may cross the export");
static_assert(noexcept(SimulatedMapiCommand(nullptr, nullptr, 0)), "no exception may cross the export");
