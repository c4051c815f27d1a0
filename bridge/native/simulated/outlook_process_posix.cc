#include <climits>
#include <cstdint>
#include <cstring>

#include "simulated/outlook_process.h"
#ifdef __APPLE__
#include <mach-o/dyld.h>
#else
#include <unistd.h>
#endif

namespace offline_state {
namespace {

constexpr const char* kOutlook = "simulated-outlook";
// Linux says this of an executable that has been replaced while it ran, by a new build for instance.
constexpr const char* kReplaced = " (deleted)";

bool ReadExecutable(char* path, std::size_t size) noexcept {
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

}  // namespace

bool IsOutlookProcess() noexcept {
  char path[PATH_MAX];
  if (!ReadExecutable(path, sizeof path)) return false;
  const char* const slash = std::strrchr(path, '/');
  const char* const name = slash == nullptr ? path : slash + 1;
  const std::size_t length = std::strlen(kOutlook);
  if (std::strncmp(name, kOutlook, length) != 0) return false;
  return name[length] == '\0' || std::strcmp(name + length, kReplaced) == 0;
}

}  // namespace offline_state
