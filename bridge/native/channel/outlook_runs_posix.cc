#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <exception>

#include "channel/address.h"
#include "channel/fd_posix.h"
#include "channel/outlook_runs.h"

namespace offline_state {
namespace {

std::string LockOf(const std::string& home) {
  const std::string address = ChannelAddress(home);
  return address.substr(0, address.rfind('/')) + "/outlook.lock";
}

}  // namespace

bool OutlookRuns(const std::string& home) noexcept {
  try {
    const UniqueFd lock(open(LockOf(home).c_str(), O_RDONLY | O_CLOEXEC));
    // A shared lock for an instant: two that look do not take each other for Outlook.
    return lock && flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace offline_state
