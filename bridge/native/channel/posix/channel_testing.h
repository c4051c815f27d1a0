// What the channel's tests share where there is no Windows: a data directory of their own, and an Outlook that runs in
// it.
#pragma once

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "channel/channel_testing.h"
#include "core/posix/fd.h"

namespace offline_state::testing {

// Removed at the end.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& below = "") {
    std::string pattern = (std::filesystem::temp_directory_path() / "offline-state-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    path_ = below.empty() ? root_ : root_ + "/" + below;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string run() const { return path_ + "/run"; }
  std::string socket() const { return run() + "/agent.sock"; }

 private:
  std::string root_;
  std::string path_;
};

// The lock that the simulator holds while it runs.
class OutlookLock {
 public:
  explicit OutlookLock(const TemporaryDirectory& data_directory) {
    std::filesystem::create_directories(data_directory.run());
    fd_.reset(open((data_directory.run() + "/outlook.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    flock(fd_.get(), LOCK_EX);
  }
  void End() { fd_.reset(); }

 private:
  UniqueFd fd_;
};

}  // namespace offline_state::testing
