#include <dlfcn.h>

#include "simulated/provider_library.h"

namespace offline_state {

SimulatedMapiCommandFn FindSimulatedMapiCommand(const std::string& path) noexcept {
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (library == nullptr) return nullptr;
  void* const symbol = dlsym(library, kSimulatedMapiCommand);
  dlclose(library);  // the reference of this look only
  return reinterpret_cast<SimulatedMapiCommandFn>(symbol);
}

}  // namespace offline_state
