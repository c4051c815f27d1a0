// What the simulated Outlook's object model says beside the state. Of its main thread alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/readings.h"

namespace offline_state {

// The modes of the command "connection", as OlExchangeConnectionMode has them.
inline constexpr std::uint32_t kNoExchange = 0;
inline constexpr std::uint32_t kCachedOffline = 200;       // Work Offline was chosen
inline constexpr std::uint32_t kCachedDisconnected = 400;  // the connection was lost
inline constexpr std::uint32_t kCachedConnectedFull = 700;

class SimulatedSession {
 public:
  // The mode follows the state until one is chosen.
  std::uint32_t exchange_connection_mode() const noexcept { return chosen_mode_.value_or(mode_); }
  void FollowState(bool is_online) noexcept { mode_ = is_online ? kCachedConnectedFull : kCachedOffline; }
  void ChooseMode(std::uint32_t mode) noexcept { chosen_mode_ = mode; }

  std::uint32_t outbox_items = 0;

 private:
  std::uint32_t mode_ = kCachedConnectedFull;
  std::optional<std::uint32_t> chosen_mode_;
};

// One of kNoExchange to kCachedConnectedFull for "none", "working-offline", "disconnected" and "connected"; nothing for
// any other name.
std::optional<std::uint32_t> ConnectionModeOf(const std::string& name);

// The agent's view of it, where there is no COM. `session` must outlive it.
class SimulatedObjectModel final : public ObjectModel {
 public:
  explicit SimulatedObjectModel(const SimulatedSession& session) noexcept : session_(session) {}
  std::optional<std::uint32_t> ExchangeConnectionMode() noexcept override {
    return session_.exchange_connection_mode();
  }
  std::optional<std::uint32_t> OutboxItems() noexcept override { return session_.outbox_items; }
  // It takes no time, whatever else the machine does meanwhile.
  std::int64_t ClockUs() const noexcept override { return 0; }

 private:
  const SimulatedSession& session_;
};

}  // namespace offline_state
