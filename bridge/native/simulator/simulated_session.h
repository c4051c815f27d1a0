// The part of the simulated Outlook's session that its object model exposes. Main thread only.
#pragma once

#include <cstdint>
#include <optional>

namespace offline_state {

// OlExchangeConnectionMode, as far as the command "connection" sets it.
inline constexpr std::uint32_t kNoExchange = 0;
inline constexpr std::uint32_t kCachedOffline = 200;       // the user chose Work Offline
inline constexpr std::uint32_t kCachedDisconnected = 400;  // the connection was lost
inline constexpr std::uint32_t kCachedConnectedFull = 700;

class SimulatedSession {
 public:
  // The mode follows the state until SetMode is called.
  std::uint32_t exchange_connection_mode() const noexcept { return set_mode_.value_or(mode_); }
  void FollowState(bool is_online) noexcept { mode_ = is_online ? kCachedConnectedFull : kCachedOffline; }
  void SetMode(std::uint32_t mode) noexcept { set_mode_ = mode; }

  std::uint32_t outbox_items = 0;

 private:
  std::uint32_t mode_ = kCachedConnectedFull;
  std::optional<std::uint32_t> set_mode_;
};

}  // namespace offline_state
