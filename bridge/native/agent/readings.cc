#include "agent/readings.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "agent/mailbox.h"
#include "mapi/monitor.h"

namespace offline_state {

void ReadingBudget::Took(std::int64_t us) noexcept {
  slow_ = us > kUs ? slow_ + 1 : 0;
  is_spent_ = is_spent_ || slow_ >= kTimes || us > kMostUs;
}

MainThread::Call Readings::Weakly(void (Readings::*what)() noexcept) {
  return [what, weak = weak_from_this()] {
    // Held: Outlook may end the agent while a reading runs.
    if (const auto self = weak.lock()) ((*self).*what)();
  };
}

void Readings::Request() noexcept {
  if (!parts_.main_thread || requested_.exchange(true)) return;
  try {
    if (parts_.main_thread->Post(Weakly(&Readings::Run))) return;
  } catch (const std::exception&) {
    // No memory: the next request may have some.
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
  const auto object_model = std::move(parts_.object_model);  // let go when this object is whole again
}

std::int64_t Readings::WaitUs() const noexcept {
  const std::int64_t now_us = Now().steady_us;
  const std::int64_t next_us = last_us_ ? *last_us_ + kIntervalUs : now_us;
  return std::max(next_us, parts_.mailbox->unsettled_until_us()) - now_us;
}

// A request that comes while a reading pumps Outlook's messages, or while a timer waits, stays and is seen to then.
void Readings::Run() noexcept {
  if (stopped_ || reading_ || timer_waits_ || !requested_) return;
  const std::int64_t wait_us = WaitUs();
  if (wait_us > 0) {
    try {
      const auto delay_ms = static_cast<std::uint32_t>(wait_us / 1000 + 1);
      timer_waits_ = parts_.main_thread->PostLater(delay_ms, Weakly(&Readings::OnTimer));
    } catch (const std::exception&) {
      // As without a timer: the next request tries again.
    }
    if (!timer_waits_) requested_ = false;
    return;
  }
  requested_ = false;
  Read();
  Run();
}

void Readings::OnTimer() noexcept {
  timer_waits_ = false;
  Run();
}

void Readings::Read() noexcept {
  if (parts_.mailbox->present().source.phase != Phase::kListening) return;
  reading_ = true;
  last_us_ = Now().steady_us;
  const std::optional<StateReading> state = parts_.monitor->ReadState();
  const Reading reading = ReadObjectModel();
  reading_ = false;
  if (!stopped_) parts_.mailbox->PostReading(state, reading);
}

Reading Readings::ReadObjectModel() noexcept {
  const std::shared_ptr<ObjectModel> object_model = parts_.object_model;  // null since Stop
  Reading reading;
  if (!object_model) return reading;
  reading.at = Now();
  reading.exchange_connection_mode =
      Measured(*object_model, mode_budget_, [&object_model] { return object_model->ExchangeConnectionMode(); });
  // With other accounts mail may wait in another Outbox than the default one.
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
  if (budget.is_spent()) return std::nullopt;
  const std::int64_t before_us = object_model.ClockUs();
  const std::optional<std::uint32_t> value = property();
  budget.Took(object_model.ClockUs() - before_us);
  return value;
}

}  // namespace offline_state
