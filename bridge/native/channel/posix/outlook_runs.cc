#include "channel/outlook_runs.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <exception>

#include "channel/address.h"
#include "core/posix/fd.h"

namespace offline_state {
namespace {

std::string LockOf(const std::string& data_directory) {
  const std::string address = ChannelAddress(data_directory);
  return address.substr(0, address.rfind('/')) + "/outlook.lock";
}

}  // namespace

bool OutlookRuns(const std::string& data_directory) noexcept {
  try {
    const UniqueFd lock(open(LockOf(data_directory).c_str(), O_RDONLY | O_CLOEXEC));
    // A shared lock, so that two processes that check do not take each other for Outlook.
    return lock && flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace offline_state
