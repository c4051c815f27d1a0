#include "mapi/mapi_library.h"

#include <dlfcn.h>

namespace offline_state {
namespace {

// ELF linkers take what follows the @ as a version, so the decorated name exists on Mach-O at most. Both are tried
// everywhere.
#if defined(__i386__)
constexpr const char* kNames[] = {"HrOpenOfflineObj@20", "HrOpenOfflineObj"};
#else
constexpr const char* kNames[] = {"HrOpenOfflineObj", "HrOpenOfflineObj@20"};
#endif

void SetError(std::string* error, const std::string& what) {
  if (error != nullptr) *error = what;
}

}  // namespace

HrOpenOfflineObjFn FindHrOpenOfflineObj(const std::string& path, std::string* error) noexcept {
  if (path.empty()) {
    SetError(error, "No MAPI library is given.");
    return nullptr;
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: MAPI may hold the sink
  if (library == nullptr) {
    const char* const why = dlerror();
    SetError(error, "Cannot load the MAPI library: " + std::string(why == nullptr ? path.c_str() : why));
    return nullptr;
  }
  for (const char* const name : kNames) {
    if (void* const symbol = dlsym(library, name)) return reinterpret_cast<HrOpenOfflineObjFn>(symbol);
  }
  SetError(error, path + " does not export HrOpenOfflineObj, so it is not a MAPI library of Outlook.");
  dlclose(library);
  return nullptr;
}

}  // namespace offline_state
