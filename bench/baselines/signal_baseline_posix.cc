#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "signal_baseline.h"

namespace offline_state::bench {

struct SignalBaseline::Parts {
  std::atomic<int> value{-1};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable signalled;
  std::thread thread{[this] {
    std::unique_lock<std::mutex> lock(mutex);
    while (!stopping) signalled.wait(lock);
  }};
};

SignalBaseline::SignalBaseline() : parts_(std::make_unique<Parts>()) {}

SignalBaseline::~SignalBaseline() {
  {
    const std::lock_guard<std::mutex> lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->signalled.notify_one();
  parts_->thread.join();
}

void SignalBaseline::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  parts_->signalled.notify_one();
}

struct PollBaseline::Parts {
  std::atomic<int> value{-1};
  std::atomic<bool> stopping{false};
  int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  int other = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  std::thread thread{[this] {
    while (!stopping) {
      pollfd waits[2] = {{event, POLLIN, 0}, {other, POLLIN, 0}};
      eventfd_t ignored = 0;
      if (poll(waits, 2, -1) > 0) eventfd_read(event, &ignored);
    }
  }};
};

PollBaseline::PollBaseline() : parts_(std::make_unique<Parts>()) {}

PollBaseline::~PollBaseline() {
  parts_->stopping = true;
  eventfd_write(parts_->event, 1);
  parts_->thread.join();
  close(parts_->event);
  close(parts_->other);
}

void PollBaseline::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  eventfd_write(parts_->event, 1);
}

}  // namespace offline_state::bench
