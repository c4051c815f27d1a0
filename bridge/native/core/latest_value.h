// Hands the newest value from the threads that change it to the one thread that uses it.
//
// A slot, not a queue: a value that is replaced before it was taken is skipped. Allocates no memory of its own, so that
// Outlook's threads can use it.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "core/mutex.h"

namespace offline_state {

template <class T>
class LatestValue {
 public:
  // `wake` is called once for each value that waits to be taken, on the thread that published it and without a lock. It
  // must not throw.
  explicit LatestValue(std::function<void()> wake, T initial = T())
      : wake_(std::move(wake)), value_(std::move(initial)) {}
  LatestValue(const LatestValue&) = delete;
  LatestValue& operator=(const LatestValue&) = delete;

  // Any thread. Calls `change(T&)` with the lock held; if it returns true, the changed value is published.
  template <class Change>
  void Update(Change change) {
    bool must_wake = false;
    {
      const std::lock_guard<Mutex> lock(mutex_);
      if (change(value_)) must_wake = !std::exchange(is_waiting_, true);
    }
    if (must_wake) wake_();
  }

  void Set(T value) {
    Update([&value](T& current) {
      current = std::move(value);
      return true;
    });
  }

  // The consumer's thread: the newest value, or nothing if it has been taken already.
  std::optional<T> Take() {
    const std::lock_guard<Mutex> lock(mutex_);
    if (!std::exchange(is_waiting_, false)) return std::nullopt;
    return value_;
  }

  // Any thread: the result of `read(const T&)`, which is called with the lock held.
  template <class Read>
  auto Peek(Read read) const {
    const std::lock_guard<Mutex> lock(mutex_);
    return read(value_);
  }
  T Get() const {
    return Peek([](const T& value) { return value; });
  }

 private:
  const std::function<void()> wake_;
  mutable Mutex mutex_;
  T value_;
  bool is_waiting_ = false;  // published and not taken
};

}  // namespace offline_state
