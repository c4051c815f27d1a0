// Reads what Outlook does not notify, on its main thread: the state, and some properties of the object model.
//
// Only after an event that makes a reading worthwhile (a client has connected or sent refresh, the state has changed,
// an item was sent, a window was activated), never on a timer of its own and never from within Notify. Requests are
// combined: there is at most one reading a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "agent/main_thread.h"
#include "core/status.h"

namespace offline_state {

class StatusTracker;
class Monitor;

// Outlook's object model. Main thread only. During a call Outlook may do anything, even disconnect the agent.
class ObjectModel {
 public:
  virtual ~ObjectModel() = default;

  // NameSpace.ExchangeConnectionMode, an OlExchangeConnectionMode; 0 without Exchange. Nothing if the call fails.
  virtual std::optional<std::uint32_t> ExchangeConnectionMode() noexcept = 0;

  // Number of items in the Outbox. Nothing if the call fails.
  virtual std::optional<std::uint32_t> OutboxItems() noexcept = 0;

  // The clock that measures these calls, microseconds.
  virtual std::int64_t ClockUs() const noexcept { return Now().steady_us; }
};

// Time limit for one property of the object model. A property that exceeds it repeatedly is no longer read, because
// Outlook's user waits meanwhile.
class ReadingBudget {
 public:
  // Exceeded after kMaxSlowCalls consecutive calls longer than kSlowUs, or one longer than kMaxUs.
  static constexpr std::int64_t kSlowUs = 1000;
  static constexpr int kMaxSlowCalls = 3;
  static constexpr std::int64_t kMaxUs = 50'000;

  bool is_exceeded() const noexcept { return is_exceeded_; }
  void Record(std::int64_t us) noexcept;

 private:
  int slow_calls_ = 0;
  bool is_exceeded_ = false;
};

class Readings : public std::enable_shared_from_this<Readings> {
 public:
  static constexpr std::int64_t kIntervalUs = 1'000'000;     // minimum between two readings
  static constexpr std::int64_t kActivationUs = 10'000'000;  // minimum between two that activated windows request

  struct Parts {
    std::shared_ptr<StatusTracker> tracker;
    std::shared_ptr<Monitor> monitor;
    std::shared_ptr<MainThread> main_thread;    // null: nothing is read
    std::shared_ptr<ObjectModel> object_model;  // null: only the state is read
  };

  explicit Readings(Parts parts) noexcept : parts_(std::move(parts)) {}

  // Any thread; returns at once. A request within kIntervalUs of the last reading is delayed until then; one during a
  // change until that is complete, but at most by StatusTracker::kSettleUs.
  void Request() noexcept;

  // Main thread: a window of Outlook was activated.
  void WindowActivated() noexcept;

  // Main thread, also during a reading. Nothing is read after it, and the object model is released. Idempotent.
  void Stop() noexcept;

 private:
  MainThread::Call CallWeakly(void (Readings::*method)() noexcept);
  void Run() noexcept;
  void OnTimer() noexcept;
  void Read() noexcept;
  Reading ReadObjectModel() noexcept;
  std::int64_t WaitUs() const noexcept;
  template <class Property>
  static std::optional<std::uint32_t> Measured(const ObjectModel& object_model, ReadingBudget& budget,
                                               Property property) noexcept;

  Parts parts_;
  std::atomic<bool> requested_{false};
  // Used by the main thread only.
  bool stopped_ = false;
  bool reading_ = false;
  bool timer_pending_ = false;
  std::optional<std::int64_t> last_us_;  // time of the last reading
  std::optional<std::int64_t> last_activation_us_;
  ReadingBudget mode_budget_;
  ReadingBudget outbox_budget_;
};

}  // namespace offline_state
