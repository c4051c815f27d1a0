// The thread on which the simulated MAPI notifies: Outlook too does it on threads of its own.
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
  ~NotifyThread();  // rests
  NotifyThread(const NotifyThread&) = delete;
  NotifyThread& operator=(const NotifyThread&) = delete;

  // Does `work` on the thread, after what was asked before. Starts the thread when there is none. Any thread.
  void Run(std::function<void()> work);

  // Ends the thread once it has done all that was asked; the next Run starts another. Not from the thread itself.
  void Rest() noexcept;

  // Whether the caller is that thread.
  bool IsCurrent() const noexcept;

 private:
  void Start();  // with mutex_ held
  void Work() noexcept;

  std::mutex resting_;  // one Rest at a time
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  std::thread thread_;
  std::thread::id id_;
  bool rest_ = false;
};

}  // namespace offline_state
