// The real agent as the add-in of the simulated Outlook, on systems without COM. POSIX only.
#pragma once

#include <string>
#include <utility>

#include "agent/agent.h"
#include "agent/readings.h"
#include "simulator/simulated_outlook.h"

namespace offline_state {

// The agent's view of `session`, which must outlive it.
class SimulatedObjectModel final : public ObjectModel {
 public:
  explicit SimulatedObjectModel(const SimulatedSession& session) noexcept : session_(session) {}
  std::optional<std::uint32_t> ExchangeConnectionMode() noexcept override {
    return session_.exchange_connection_mode();
  }
  std::optional<std::uint32_t> OutboxItems() noexcept override { return session_.outbox_items; }
  // Constant, so that a busy machine never makes a reading look slow.
  std::int64_t ClockUs() const noexcept override { return 0; }

 private:
  const SimulatedSession& session_;
};

class AgentAddIn final : public HostedAddIn {
 public:
  explicit AgentAddIn(AgentOptions options) : options_(std::move(options)) {}

  bool Enable(std::string& error) override {
    if (is_enabled_) return true;
    is_enabled_ = agent_.Connect(options_);
    if (!is_enabled_) error = agent_.error();
    return is_enabled_;
  }
  void Disable(ShutdownReason reason) override {
    agent_.Disconnect(reason);
    is_enabled_ = false;
  }
  void OnItemSent() override { agent_.RequestReading(); }
  bool is_enabled() const override { return is_enabled_; }

 private:
  const AgentOptions options_;
  Agent agent_;
  bool is_enabled_ = false;
};

}  // namespace offline_state
