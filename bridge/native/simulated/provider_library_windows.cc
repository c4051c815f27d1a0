#include "mapi/com_types.h"
#include "simulated/provider_library.h"

namespace offline_state {

SimulatedMapiCommandFn FindSimulatedMapiCommand(const std::string&) noexcept {
  const HMODULE library = GetModuleHandleW(L"msmapi32.dll");
  if (library == nullptr) return nullptr;
  return reinterpret_cast<SimulatedMapiCommandFn>(
      reinterpret_cast<void*>(GetProcAddress(library, kSimulatedMapiCommand)));
}

}  // namespace offline_state
