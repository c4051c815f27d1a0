// Encodes and decodes a number of pictures, as callgrind is to count it: guard-codec <pictures>.
#include <cstdlib>
#include <variant>
#include <vector>

#include "channel/codec.h"

int main(int argc, char** argv) {
  using namespace offline_state;
  const int pictures = argc == 2 ? std::atoi(argv[1]) : 0;
  Present present;
  present.source.phase = Phase::kListening;
  present.source.notifies_online = present.source.notifies_offline = true;
  present.since = {1'700'000'000'000, 1'000'000};
  std::vector<std::uint8_t> bytes;
  Decoder decoder;
  Encode(Hello{kChannelVersion, "1.0.0", "16.0.17328.20184", "Outlook"}, bytes);
  decoder.Feed(bytes.data(), bytes.size());
  int decoded = 0;
  if (!std::holds_alternative<Frame>(decoder.Next())) return EXIT_FAILURE;
  for (int index = 0; index < pictures; ++index) {
    present.number = static_cast<std::uint64_t>(index) + 1;
    present.state = index % 2 == 0 ? State::kOnline : State::kOffline;
    bytes.clear();
    Encode(PictureOf(present, Moment{1'700'000'001'000, 2'000'000}), bytes);
    decoder.Feed(bytes.data(), bytes.size());
    if (std::holds_alternative<Frame>(decoder.Next())) ++decoded;
  }
  return decoded == pictures ? EXIT_SUCCESS : EXIT_FAILURE;
}
