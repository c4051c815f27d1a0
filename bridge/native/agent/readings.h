// Reads in Outlook what it does not notify, on its main thread: the state, and what the object model says beside it.
//
// Only when something has happened that makes a reading worth it (a client has connected or asks, the state has
// changed, an item was sent, a window was activated), never on a timer of its own and never from within Notify. Many
// requests are one reading, and there is at most one reading a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "agent/main_thread.h"
#include "agent/present.h"

namespace offline_state {

class Mailbox;
class Monitor;

// Outlook's object model. Main thread only. A call may let Outlook do anything meanwhile, ending the agent too.
class ObjectModel {
 public:
  virtual ~ObjectModel() = default;

  // NameSpace.ExchangeConnectionMode, an OlExchangeConnectionMode; 0 without Exchange. Nothing when Outlook does not
  // say.
  virtual std::optional<std::uint32_t> ExchangeConnectionMode() noexcept = 0;

  // How many items are in the Outbox. Nothing when Outlook does not say.
  virtual std::optional<std::uint32_t> OutboxItems() noexcept = 0;

  // The clock by which its calls are measured, microseconds.
  virtual std::int64_t ClockUs() const noexcept { return Now().steady_us; }
};

// How long one property of the object model may take. One that takes longer again and again is not read any more,
// because Outlook waits meanwhile.
class ReadingBudget {
 public:
  static constexpr std::int64_t kUs = 1000;        // beyond it three times in a row,
  static constexpr int kTimes = 3;                 //
  static constexpr std::int64_t kMostUs = 50'000;  // or beyond this once

  bool is_spent() const noexcept { return is_spent_; }
  void Took(std::int64_t us) noexcept;

 private:
  int slow_ = 0;
  bool is_spent_ = false;
};

class Readings : public std::enable_shared_from_this<Readings> {
 public:
  static constexpr std::int64_t kIntervalUs = 1'000'000;     // between two readings
  static constexpr std::int64_t kActivationUs = 10'000'000;  // between two that activated windows ask for

  struct Parts {
    std::shared_ptr<Mailbox> mailbox;
    std::shared_ptr<Monitor> monitor;
    std::shared_ptr<MainThread> main_thread;    // null: nothing is read
    std::shared_ptr<ObjectModel> object_model;  // null: the state alone is read
  };

  explicit Readings(Parts parts) noexcept : parts_(std::move(parts)) {}

  // Any thread; returns at once. A request within a second of the last reading is carried out at the end of that
  // second, one while a change is under way when that is complete, or Mailbox::kSettleUs later.
  void Request() noexcept;

  // Main thread: a window of Outlook's was activated.
  void WindowActivated() noexcept;

  // Main thread; also from within a reading. Nothing is read after it, and the object model is let go. Idempotent.
  void Stop() noexcept;

 private:
  MainThread::Call Weakly(void (Readings::*what)() noexcept);
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
  // Of the main thread alone.
  bool stopped_ = false;
  bool reading_ = false;
  bool timer_waits_ = false;
  std::optional<std::int64_t> last_us_;  // the last reading
  std::optional<std::int64_t> last_activation_us_;
  ReadingBudget mode_budget_;
  ReadingBudget outbox_budget_;
};

}  // namespace offline_state
