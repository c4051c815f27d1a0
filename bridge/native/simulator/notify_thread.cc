#include "simulator/notify_thread.h"

#include <utility>

namespace offline_state {

NotifyThread::~NotifyThread() { Stop(); }

void NotifyThread::Run(std::function<void()> work) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    work_.push_back(std::move(work));
    if (!thread_.joinable() && !is_stopping_) Start();
  }
  wake_.notify_one();
}

void NotifyThread::Stop() noexcept {
  const std::lock_guard<std::mutex> one_at_a_time(stop_mutex_);
  std::thread ending;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_stopping_ = true;
    ending = std::move(thread_);
  }
  wake_.notify_one();
  if (ending.joinable()) ending.join();
  const std::lock_guard<std::mutex> lock(mutex_);
  is_stopping_ = false;
  if (!work_.empty()) Start();  // added after the thread had checked for the last time
}

bool NotifyThread::IsCurrent() const noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  return id_ == std::this_thread::get_id();
}

void NotifyThread::Start() {
  thread_ = std::thread([this] { Work(); });
}

void NotifyThread::Work() noexcept {
  std::unique_lock<std::mutex> lock(mutex_);
  id_ = std::this_thread::get_id();
  while (true) {
    wake_.wait(lock, [this] { return is_stopping_ || !work_.empty(); });
    if (work_.empty()) break;
    const std::function<void()> work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    lock.lock();
  }
  id_ = {};
}

}  // namespace offline_state
