// The exports of the simulated MAPI (libsimulated-mapi). As with Outlook's MAPI, they work only in Outlook's process.
//
// There is no HrOpenOfflineObj@20 here: ELF linkers take what follows the @ as a version, which must not begin with a
// digit. The plain name is the documented one for 64 bits.
#include <climits>
#include <cstddef>
#include <cstring>

#include "mapi/offline_state_abi.h"
#include "simulator/provider.h"
#include "simulator/simulated_mapi.h"
#ifdef __APPLE__
#include <mach-o/dyld.h>

#include <cstdint>
#else
#include <unistd.h>
#endif

using offline_state::GUID;
using offline_state::HRESULT;
using offline_state::IMAPIOfflineMgr;
using offline_state::LPCWSTR;
using offline_state::SimulatedMapi;
using offline_state::ULONG;

namespace {

constexpr const char* kOutlook = "simulated-outlook";
// Linux appends this to the path of an executable that was replaced while it runs, for instance by a new build.
constexpr const char* kReplaced = " (deleted)";

bool ReadExecutablePath(char* path, std::size_t size) noexcept {
#ifdef __APPLE__
  auto length = static_cast<std::uint32_t>(size);
  return _NSGetExecutablePath(path, &length) == 0;
#else
  const ssize_t length = readlink("/proc/self/exe", path, size - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return true;
#endif
}

// By the name of the executable.
bool IsOutlookProcess() noexcept {
  char path[PATH_MAX];
  if (!ReadExecutablePath(path, sizeof path)) return false;
  const char* const slash = std::strrchr(path, '/');
  const char* const name = slash == nullptr ? path : slash + 1;
  const std::size_t length = std::strlen(kOutlook);
  if (std::strncmp(name, kOutlook, length) != 0) return false;
  return name[length] == '\0' || std::strcmp(name + length, kReplaced) == 0;
}

}  // namespace

extern "C" {

[[gnu::visibility("default")]] HRESULT HrOpenOfflineObj(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                        const GUID* reserved2, IMAPIOfflineMgr** manager) noexcept {
  if (!IsOutlookProcess()) {
    if (manager != nullptr) *manager = nullptr;
    return offline_state::MAPI_E_NOT_FOUND;
  }
  return SimulatedMapi::OfProcess().Open(reserved, profile, guid, reserved2, manager);
}

[[gnu::visibility("default")]] int SimulatedMapiCommand(const char* command, char* reply, std::size_t size) noexcept {
  if (!IsOutlookProcess()) {
    offline_state::CopyReply("The simulated MAPI works only in the simulated Outlook.", reply, size);
    return 1;
  }
  return offline_state::RunProviderCommand(SimulatedMapi::OfProcess(), command, reply, size);
}

}  // extern "C"

// Callers find the exports by name, so the compiler cannot check these types there.
static_assert(noexcept(HrOpenOfflineObj(0, nullptr, nullptr, nullptr, nullptr)), "no exception may cross the export");
static_assert(noexcept(SimulatedMapiCommand(nullptr, nullptr, 0)), "no exception may cross the export");
