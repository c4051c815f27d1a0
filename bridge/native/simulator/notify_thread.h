// The thread on which the simulated MAPI sends notifications. Outlook uses threads of its own for this too.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace offline_state {

class NotifyThread {
 public:
  NotifyThread() = default;
  ~NotifyThread();  // stops
  NotifyThread(const NotifyThread&) = delete;
  NotifyThread& operator=(const NotifyThread&) = delete;

  // Runs `work` on the thread, after earlier work. Starts the thread if it does not run. Any thread.
  void Run(std::function<void()> work);

  // Ends the thread when all work is done; the next Run starts another. Not to be called from the thread itself.
  void Stop() noexcept;

  // Whether the caller runs on this thread.
  bool IsCurrent() const noexcept;

 private:
  void Start();  // needs mutex_
  void Work() noexcept;

  std::mutex stop_mutex_;  // one Stop at a time
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  std::thread thread_;
  std::thread::id id_;
  bool is_stopping_ = false;
};

}  // namespace offline_state
