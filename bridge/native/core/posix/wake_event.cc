#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#ifdef __linux__
#include <sys/eventfd.h>
#endif

#include "core/wake_event.h"

namespace offline_state {
namespace {

[[noreturn]] void Fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

// An eventfd if there is one, otherwise a pipe. Neither blocks: if it is full, it is already signalled.
class PosixWakeEvent final : public WakeEvent {
 public:
  PosixWakeEvent() {
#ifdef __linux__
    read_ = write_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (read_ < 0) Fail("eventfd");
#else
    int ends[2];
    if (pipe(ends) != 0) Fail("pipe");
    read_ = ends[0];
    write_ = ends[1];
    for (const int end : ends) {
      if (fcntl(end, F_SETFD, FD_CLOEXEC) != 0 || fcntl(end, F_SETFL, O_NONBLOCK) != 0) {
        const int why = errno;
        Close();
        errno = why;
        Fail("fcntl");
      }
    }
#endif
  }
  ~PosixWakeEvent() override { Close(); }
  PosixWakeEvent(const PosixWakeEvent&) = delete;
  PosixWakeEvent& operator=(const PosixWakeEvent&) = delete;

  void Wake() noexcept override {
    const int before = errno;  // the caller is a thread of Outlook
    const std::uint64_t one = 1;
    while (write(write_, &one, sizeof one) < 0 && errno == EINTR) {
    }
    errno = before;
  }

  void Clear() noexcept override {
    std::uint64_t ignored[16];
    ssize_t got = 0;
    do {
      got = read(read_, ignored, sizeof ignored);
    } while (got == static_cast<ssize_t>(sizeof ignored) || (got < 0 && errno == EINTR));
  }

  std::intptr_t handle() const noexcept override { return read_; }

 private:
  void Close() noexcept {
    close(read_);
    if (write_ != read_) close(write_);
  }

  int read_ = -1;
  int write_ = -1;
};

}  // namespace

std::shared_ptr<WakeEvent> WakeEvent::Create() { return std::make_shared<PosixWakeEvent>(); }

}  // namespace offline_state
