// Feeds hostile bytes to both ends of the channel. libFuzzer: tools/native/fuzz.mjs builds and runs it.
//
// An input is one byte that determines the size of the pieces (0: one byte each), one of flags, and what a peer sends:
// to the bridge as an agent, and to the agent as a client.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "channel/client_session.h"
#include "channel/frame.h"
#include "channel/server_session.h"

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kOutlookRuns = 1;
constexpr int kConnections = 4;  // a peer that was refused may connect again
constexpr Timestamp kNow{1'000, 1'000'000};

// An assertion that no build removes.
void Must(bool holds, const char* requirement) {
  if (holds) return;
  std::fprintf(stderr, "violated: %s\n", requirement);
  std::abort();
}

// Calls `receive(data, size)` for each piece until it returns false.
template <class Receive>
void ForEachPiece(const Bytes& bytes, std::size_t piece, Receive receive) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    if (!receive(bytes.data() + at, size)) return;
    at += size;
  }
}

struct Result {
  Bytes frames;  // encoded again
  std::optional<Malformed> fault;
};

Result Decode(const Bytes& bytes, std::size_t piece) {
  AgentFrameDecoder decoder;
  Result result;
  ForEachPiece(bytes, piece, [&](const std::uint8_t* data, std::size_t size) {
    decoder.Feed(data, size);
    for (;;) {
      const Decoded<AgentFrame> decoded = decoder.Next(kNow);
      if (const auto* frame = std::get_if<AgentFrame>(&decoded)) {
        if (const auto* status = std::get_if<Status>(frame)) {
          Must(status->state == State::kUnknown || status->source.phase == Phase::kListening,
               "a state is known only while the source listens");
          Encode(*status, kNow, result.frames);
        } else if (const auto* hello = std::get_if<Hello>(frame)) {
          Encode(*hello, result.frames);
        } else {
          Encode(std::get<ShutdownReason>(*frame), result.frames);
        }
        continue;
      }
      if (const auto* fault = std::get_if<Malformed>(&decoded)) {
        result.fault = *fault;
        Must(std::holds_alternative<Malformed>(decoder.Next(kNow)), "a malformed stream stays malformed");
      }
      return !result.fault;
    }
  });
  return result;
}

void CheckAgentFrames(const Bytes& bytes, std::size_t piece) {
  const Result whole = Decode(bytes, bytes.size() + 1);
  const Result split = Decode(bytes, piece);
  Must(whole.frames == split.frames && whole.fault == split.fault, "the result does not depend on how bytes are split");
  const Result again = Decode(whole.frames, piece);
  Must(!again.fault && again.frames == whole.frames, "decoded frames can be encoded and decoded to the same frames");
}

// How many readings the client requests, and whether it is closed.
struct ClientResult {
  std::size_t requests = 0;
  bool malformed = false;
};

ClientResult ReceiveFromClient(const Bytes& bytes, std::size_t piece) {
  ClientResult result;
  const auto status = std::make_shared<LatestValue<Status>>([] {});
  const ServerSession session(Hello{}, status, [&result] { ++result.requests; });
  ServerSession::Client client;
  ForEachPiece(bytes, piece, [&](const std::uint8_t* data, std::size_t size) {
    result.malformed = !session.Received(client, data, size);
    Must(result.malformed == !session.Received(client, data, 0), "a client that is closed stays closed");
    return !result.malformed;
  });
  return result;
}

void CheckClientFrames(const Bytes& bytes, std::size_t piece) {
  const ClientResult whole = ReceiveFromClient(bytes, bytes.size() + 1);
  const ClientResult split = ReceiveFromClient(bytes, piece);
  Must(whole.requests == split.requests && whole.malformed == split.malformed,
       "the result does not depend on how a client's bytes are split");
  Must(whole.requests <= bytes.size() / kHeaderBytes, "each request needs a frame");
}

void CheckClientSession(const Bytes& bytes, std::size_t piece, bool outlook_runs) {
  ClientStatus last;
  std::int64_t clock_us = 0;
  const auto listener = [&last](const ClientStatus& status) {
    const Phase phase = status.source.phase;
    Must(status.state == State::kUnknown || phase == Phase::kListening,
         "a state is known only while the source listens");
    Must((phase == Phase::kUnavailable) == (status.source.reason != Reason::kNone),
         "there is a reason exactly if the source is unavailable");
    Must(status.reading.empty() || phase == Phase::kListening, "there is a reading only while the source listens");
    last = status;
  };
  ClientSession session(listener, {[outlook_runs] { return outlook_runs; },
                                   [&clock_us] {
                                     return Timestamp{clock_us / 1000, clock_us};
                                   }});
  session.ConnectFailed("");
  session.Connected();
  int connections = kConnections;
  ForEachPiece(bytes, piece, [&](const std::uint8_t* data, std::size_t size) {
    const bool accepted = session.Received(data, size);
    clock_us += 1000;
    Must(session.TimeoutMs() <= ClientSession::kGracePeriodUs / 1000, "the timeout is bounded");
    session.OnTimeout();
    if (accepted) return true;
    Must(last.source.phase == Phase::kUnavailable, "a refused peer leaves no state behind");
    session.Closed();
    session.ProbeAgain();
    session.Connected();
    return --connections > 0;
  });
  session.Closed();
  clock_us += 2 * ClientSession::kGracePeriodUs;
  session.OnTimeout();
  Must(last.state == State::kUnknown && last.source.phase != Phase::kListening, "no state outlives its channel");
}

}  // namespace
}  // namespace offline_state

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t piece = std::size_t{data[0]} + 1;
  const std::vector<std::uint8_t> bytes(data + 2, data + size);
  offline_state::CheckAgentFrames(bytes, piece);
  offline_state::CheckClientFrames(bytes, piece);
  offline_state::CheckClientSession(bytes, piece, (data[1] & offline_state::kOutlookRuns) != 0);
  return 0;
}
