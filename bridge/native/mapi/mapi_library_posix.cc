#include <dlfcn.h>

#include "mapi/mapi_library.h"

namespace offline_state {
namespace {

// A linker for ELF reads what follows the @ as a version, so the decorated name is met on Mach-O at most. Both are
// asked for all the same: which names a library has is the library's business.
#if defined(__i386__)
constexpr const char* kNames[] = {"HrOpenOfflineObj@20", "HrOpenOfflineObj"};
#else
constexpr const char* kNames[] = {"HrOpenOfflineObj", "HrOpenOfflineObj@20"};
#endif

void Tell(std::string* error, const std::string& what) {
  if (error != nullptr) *error = what;
}

}  // namespace

HrOpenOfflineObjFn FindHrOpenOfflineObj(const std::string& path, std::string* error) noexcept {
  if (path.empty()) {
    Tell(error, "No MAPI library was named.");
    return nullptr;
  }
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);  // never closed: MAPI may hold the sink
  if (library == nullptr) {
    const char* const why = dlerror();
    Tell(error, "The MAPI library cannot be loaded: " + std::string(why == nullptr ? path.c_str() : why));
    return nullptr;
  }
  for (const char* const name : kNames) {
    if (void* const symbol = dlsym(library, name)) return reinterpret_cast<HrOpenOfflineObjFn>(symbol);
  }
  Tell(error, path + " does not export HrOpenOfflineObj: it is no MAPI library of Outlook's.");
  dlclose(library);
  return nullptr;
}

}  // namespace offline_state
