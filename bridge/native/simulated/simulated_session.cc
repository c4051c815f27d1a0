#include "simulated/simulated_session.h"

#include <utility>

namespace offline_state {

std::optional<std::uint32_t> ConnectionModeOf(const std::string& name) {
  constexpr std::pair<const char*, std::uint32_t> kModes[] = {{"none", kNoExchange},
                                                              {"working-offline", kCachedOffline},
                                                              {"disconnected", kCachedDisconnected},
                                                              {"connected", kCachedConnectedFull}};
  for (const auto& [known, mode] : kModes) {
    if (name == known) return mode;
  }
  return std::nullopt;
}

}  // namespace offline_state
