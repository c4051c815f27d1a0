// Encodes and decodes a number of statuses, for callgrind: count-codec <statuses>.
#include <cstdlib>
#include <variant>
#include <vector>

#include "channel/frame.h"

int main(int argc, char** argv) {
  using namespace offline_state;
  const int statuses = argc == 2 ? std::atoi(argv[1]) : 0;
  constexpr Timestamp kNow{1'700'000'001'000, 2'000'000};
  Status status;
  status.source.phase = Phase::kListening;
  status.source.notifies_online = status.source.notifies_offline = true;
  status.since = {1'700'000'000'000, 1'000'000};
  std::vector<std::uint8_t> bytes;
  AgentFrameDecoder decoder;
  Encode(Hello{kChannelVersion, "1.0.0", "16.0.17328.20184", "Outlook"}, bytes);
  decoder.Feed(bytes.data(), bytes.size());
  int decoded = 0;
  if (!std::holds_alternative<AgentFrame>(decoder.Next(kNow))) return EXIT_FAILURE;
  for (int index = 0; index < statuses; ++index) {
    status.number = static_cast<std::uint64_t>(index) + 1;
    status.state = index % 2 == 0 ? State::kOnline : State::kOffline;
    bytes.clear();
    Encode(status, kNow, bytes);
    decoder.Feed(bytes.data(), bytes.size());
    if (std::holds_alternative<AgentFrame>(decoder.Next(kNow))) ++decoded;
  }
  return decoded == statuses ? EXIT_SUCCESS : EXIT_FAILURE;
}
