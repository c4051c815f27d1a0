// What the channel's tests share where there is no Windows: a home of their own, and an Outlook that runs in it.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "channel/channel_testing.h"
#include "channel/fd_posix.h"

namespace offline_state::testing {

// A home that is gone afterwards.
class TemporaryHome {
 public:
  explicit TemporaryHome(const std::string& below = "") {
    std::string pattern = (std::filesystem::temp_directory_path() / "offline-state-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    path_ = below.empty() ? root_ : root_ + "/" + below;
  }
  ~TemporaryHome() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TemporaryHome(const TemporaryHome&) = delete;
  TemporaryHome& operator=(const TemporaryHome&) = delete;

  const std::string& path() const { return path_; }
  std::string run() const { return path_ + "/run"; }
  std::string socket() const { return run() + "/agent.sock"; }

 private:
  std::string root_;
  std::string path_;
};

// Holds the lock by which the simulated Outlook shows that it runs.
class RunningOutlook {
 public:
  explicit RunningOutlook(const TemporaryHome& home) {
    std::filesystem::create_directories(home.run());
    fd_.reset(open((home.run() + "/outlook.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    flock(fd_.get(), LOCK_EX);
  }
  void End() { fd_.reset(); }

 private:
  UniqueFd fd_;
};

}  // namespace offline_state::testing
