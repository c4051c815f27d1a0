// What both ends of the channel do with hostile bytes. libFuzzer: tools/native/fuzz.mjs builds and runs it.
//
// An input is one byte that says how the rest is cut into pieces (0: a byte at a time), one of flags, and what a peer
// sends: to the bridge as an agent, and to the agent as a client.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "channel/codec.h"
#include "channel/session.h"

namespace {

using offline_state::Decoded;
using offline_state::Decoder;
using offline_state::Frame;
using offline_state::Malformed;
using offline_state::NeedMore;
using offline_state::Phase;
using offline_state::Report;
using offline_state::Session;
using offline_state::State;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kOutlookRuns = 1;
constexpr int kLives = 4;  // a peer that was refused may come again

// An assertion that no build leaves out.
void Must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

struct Heard {
  Bytes frames;  // encoded anew
  bool malformed = false;
  Malformed why = Malformed::kTooShort;
};

Heard Hear(const Bytes& bytes, std::size_t piece) {
  Decoder decoder;
  Heard heard;
  for (std::size_t at = 0; at < bytes.size() && !heard.malformed;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    decoder.Feed(bytes.data() + at, size);
    at += size;
    for (;;) {
      const Decoded decoded = decoder.Next();
      if (const auto* frame = std::get_if<Frame>(&decoded)) {
        offline_state::Encode(*frame, heard.frames);
        continue;
      }
      if (const auto* malformed = std::get_if<Malformed>(&decoded)) {
        heard.malformed = true;
        heard.why = *malformed;
        Must(std::holds_alternative<Malformed>(decoder.Next()), "what is malformed stays malformed");
      }
      break;
    }
  }
  return heard;
}

void CheckDecoder(const Bytes& bytes, std::size_t piece) {
  const Heard whole = Hear(bytes, bytes.size() + 1);
  const Heard cut = Hear(bytes, piece);
  Must(whole.frames == cut.frames && whole.malformed == cut.malformed && whole.why == cut.why,
       "where the bytes are cut makes no difference");
  const Heard again = Hear(whole.frames, piece);
  Must(!again.malformed && again.frames == whole.frames, "what was decoded can be encoded, and means the same");
}

// The refreshes that an agent hears, and whether it closes the client.
struct HeardFromClient {
  std::size_t refreshes = 0;
  bool malformed = false;
};

HeardFromClient HearClient(const Bytes& bytes, std::size_t piece) {
  offline_state::ClientDecoder decoder;
  HeardFromClient heard;
  for (std::size_t at = 0; at < bytes.size() && !heard.malformed;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    decoder.Feed(bytes.data() + at, size);
    at += size;
    offline_state::DecodedClientFrame decoded = decoder.Next();
    for (; std::holds_alternative<offline_state::ClientFrame>(decoded); decoded = decoder.Next()) ++heard.refreshes;
    heard.malformed = std::holds_alternative<Malformed>(decoded);
    Must(heard.malformed == std::holds_alternative<Malformed>(decoder.Next()), "a client that is closed stays closed");
  }
  return heard;
}

void CheckClientDecoder(const Bytes& bytes, std::size_t piece) {
  const HeardFromClient whole = HearClient(bytes, bytes.size() + 1);
  const HeardFromClient cut = HearClient(bytes, piece);
  Must(whole.refreshes == cut.refreshes && whole.malformed == cut.malformed,
       "where a client's bytes are cut makes no difference");
  Must(whole.refreshes <= bytes.size() / offline_state::kHeaderBytes, "no refresh that was not said");
}

void CheckSession(const Bytes& bytes, std::size_t piece, bool runs) {
  Report last;
  std::int64_t clock_us = 0;
  const auto listener = [&last](const Report& report) {
    const auto& [phase, reason, code, online, offline] = report.source;
    Must(report.state == State::kUnknown || phase == Phase::kListening, "no state without an agent that listens");
    Must((phase == Phase::kUnavailable) == (reason != offline_state::Reason::kNone),
         "a reason exactly when unavailable");
    static_cast<void>(code);
    static_cast<void>(online);
    static_cast<void>(offline);
    Must(report.confirmed.has_value() == (report.state != State::kUnknown), "a state that is known was confirmed");
    Must(report.reading.empty() || phase == Phase::kListening, "no reading without an agent that listens");
    last = report;
  };
  Session session(listener, {[runs] { return runs; },
                             [&clock_us] {
                               return offline_state::Moment{clock_us / 1000, clock_us};
                             }});
  session.Absent("");
  session.Opened();
  int lives = kLives;
  for (std::size_t at = 0; at < bytes.size() && lives > 0;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    const bool welcome = session.Received(bytes.data() + at, size);
    at += size;
    clock_us += 1000;
    Must(session.PatienceMs() <= Session::kPatienceUs / 1000, "patience is bounded");
    session.Tick();
    if (welcome) continue;
    Must(last.source.phase == Phase::kUnavailable, "a refused peer leaves no state behind");
    session.Closed();
    session.LookAgain();
    session.Opened();
    --lives;
  }
  session.Closed();
  clock_us += 2 * Session::kPatienceUs;
  session.Tick();
  Must(last.state == State::kUnknown && last.source.phase != Phase::kListening, "no state outlives its channel");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  const Bytes bytes(data + 2, data + size);
  CheckDecoder(bytes, piece);
  CheckClientDecoder(bytes, piece);
  CheckSession(bytes, piece, (data[1] & kOutlookRuns) != 0);
  return 0;
}
