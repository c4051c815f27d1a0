#include "agent/readings.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "mapi/monitor.h"
#include "mapi/status_tracker.h"

namespace offline_state {

void ReadingBudget::Record(std::int64_t us) noexcept {
  slow_calls_ = us > kSlowUs ? slow_calls_ + 1 : 0;
  is_exceeded_ = is_exceeded_ || slow_calls_ >= kMaxSlowCalls || us > kMaxUs;
}

MainThread::Call Readings::CallWeakly(void (Readings::*method)() noexcept) {
  return [method, weak = weak_from_this()] {
    // Holds a reference during the call: Outlook may disconnect the agent meanwhile.
    if (const auto self = weak.lock()) ((*self).*method)();
  };
}

void Readings::Request() noexcept {
  if (!parts_.main_thread || requested_.exchange(true)) return;
  try {
    if (parts_.main_thread->Post(CallWeakly(&Readings::Run))) return;
  } catch (const std::exception&) {
    // Out of memory: this request is dropped.
  }
  requested_ = false;
}

void Readings::WindowActivated() noexcept {
  const std::int64_t now_us = Now().steady_us;
  if (last_activation_us_ && now_us - *last_activation_us_ < kActivationUs) return;
  last_activation_us_ = now_us;
  Request();
}

void Readings::Stop() noexcept {
  stopped_ = true;
  const auto object_model = std::move(parts_.object_model);  // its destructor may run Outlook code, so release it last
}

std::int64_t Readings::WaitUs() const noexcept {
  const std::int64_t now_us = Now().steady_us;
  const std::int64_t next_us = last_us_ ? *last_us_ + kIntervalUs : now_us;
  return std::max(next_us, parts_.tracker->unsettled_until_us()) - now_us;
}

// A request that comes during a reading (Outlook may handle messages then), or while a timer is pending, stays set and
// is handled afterwards.
void Readings::Run() noexcept {
  if (stopped_ || reading_ || timer_pending_ || !requested_) return;
  const std::int64_t wait_us = WaitUs();
  if (wait_us > 0) {
    try {
      const auto delay_ms = static_cast<std::uint32_t>(wait_us / 1000 + 1);
      timer_pending_ = parts_.main_thread->PostLater(delay_ms, CallWeakly(&Readings::OnTimer));
    } catch (const std::exception&) {
      // As if there were no timer: this request is dropped.
    }
    if (!timer_pending_) requested_ = false;
    return;
  }
  requested_ = false;
  Read();
  Run();
}

void Readings::OnTimer() noexcept {
  timer_pending_ = false;
  Run();
}

void Readings::Read() noexcept {
  if (parts_.tracker->status().source.phase != Phase::kListening) return;
  reading_ = true;
  last_us_ = Now().steady_us;
  const std::optional<StateReading> state = parts_.monitor->ReadState();
  const Reading reading = ReadObjectModel();
  reading_ = false;
  if (!stopped_) parts_.tracker->OnReading(state, reading);
}

Reading Readings::ReadObjectModel() noexcept {
  const std::shared_ptr<ObjectModel> object_model = parts_.object_model;  // null since Stop
  Reading reading;
  if (!object_model) return reading;
  reading.at = Now();
  reading.exchange_connection_mode =
      Measured(*object_model, mode_budget_, [&object_model] { return object_model->ExchangeConnectionMode(); });
  // Without Exchange the messages may be in an Outbox other than the default one.
  const bool has_exchange = reading.exchange_connection_mode.value_or(0) != 0;
  if (has_exchange && !stopped_) {
    reading.outbox_items =
        Measured(*object_model, outbox_budget_, [&object_model] { return object_model->OutboxItems(); });
  }
  return reading;
}

template <class Property>
std::optional<std::uint32_t> Readings::Measured(const ObjectModel& object_model, ReadingBudget& budget,
                                                Property property) noexcept {
  if (budget.is_exceeded()) return std::nullopt;
  const std::int64_t before_us = object_model.ClockUs();
  const std::optional<std::uint32_t> value = property();
  budget.Record(object_model.ClockUs() - before_us);
  return value;
}

}  // namespace offline_state
