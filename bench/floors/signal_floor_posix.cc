#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "signal_floor.h"

namespace offline_state::bench {

struct SignalFloor::Parts {
  std::atomic<int> value{-1};
  std::atomic<bool> stopping{false};
  std::mutex mutex;
  std::condition_variable signalled;
  std::thread thread{[this] {
    std::unique_lock<std::mutex> lock(mutex);
    while (!stopping) signalled.wait(lock);
  }};
};

SignalFloor::SignalFloor() : parts_(std::make_unique<Parts>()) {}

SignalFloor::~SignalFloor() {
  {
    const std::lock_guard<std::mutex> lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->signalled.notify_one();
  parts_->thread.join();
}

void SignalFloor::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  parts_->signalled.notify_one();
}

}  // namespace offline_state::bench
