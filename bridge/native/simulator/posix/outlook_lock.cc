#include "simulator/posix/outlook_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <stdexcept>
#include <thread>

#include "channel/address.h"
#include "channel/posix/socket.h"

namespace offline_state {
namespace {

// Retries, because a process that checks whether Outlook is running also holds the lock for an instant.
bool LockWithRetries(int file) noexcept {
  for (int tries = 0; tries < 20; ++tries) {
    if (flock(file, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

}  // namespace

UniqueFd LockOutlook(const std::string& data_directory) {
  const std::string address = ChannelAddress(data_directory);
  const std::string folder = address.substr(0, address.rfind('/'));
  MakePrivateDirectory(folder);
  const std::string path = folder + "/outlook.lock";
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!lock) throw std::runtime_error(SystemFailure("Cannot open", path));
  if (!LockWithRetries(lock.get())) {
    throw std::runtime_error("A simulated Outlook is already running with the data directory \"" + data_directory +
                             "\". End it, or use another data directory.");
  }
  const std::string id = std::to_string(getpid()) + "\n";
  if (ftruncate(lock.get(), 0) != 0 || write(lock.get(), id.data(), id.size()) < 0) {
    throw std::runtime_error(SystemFailure("Cannot write", path));
  }
  return lock;
}

}  // namespace offline_state
