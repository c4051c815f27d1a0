#include "channel/frame.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "channel/channel_testing.h"

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;
using testing::OlderStatusFrame;

constexpr Timestamp kNow{1'700'000'100'000, 50'000'000};
const Hello kHello{kChannelVersion, "1.2.3", "16.0", "Outlook"};
constexpr std::size_t kOlderStatus = 40;  // payload of an older agent's status

template <class Frame>
Bytes BytesOf(const Frame& frame) {
  Bytes out;
  Encode(frame, out);
  return out;
}
Bytes BytesOf(const Status& status, const Timestamp& now = kNow) {
  Bytes out;
  Encode(status, now, out);
  return out;
}

Bytes FrameOf(std::uint16_t type, const Bytes& payload) {
  Bytes out{static_cast<std::uint8_t>(payload.size()), static_cast<std::uint8_t>(payload.size() >> 8), 0, 0,
            static_cast<std::uint8_t>(type),           static_cast<std::uint8_t>(type >> 8),           0, 0};
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes PayloadOf(const Bytes& frame) { return {frame.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes), frame.end()}; }

Bytes Joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

// `us` before kNow, on both clocks.
Timestamp Ago(std::int64_t us) { return {kNow.unix_ms - us / 1000, kNow.steady_us - us}; }

Status Listening() {
  Status status;
  status.number = 7;
  status.state = State::kOffline;
  status.since_known = true;
  status.since = Ago(9'000'000);
  status.source = {Phase::kListening, Reason::kNone, 0, true, false};
  status.confirmed = Ago(5'000'000);
  status.reading.exchange_connection_mode = 200;
  status.reading.outbox_items = 3;
  status.reading.at = Ago(6'000'000);
  return status;
}

struct Result {
  std::vector<AgentFrame> frames;
  std::optional<Malformed> fault;
};

void Drain(AgentFrameDecoder& decoder, Result& result, const Timestamp& now) {
  for (;;) {
    Decoded<AgentFrame> decoded = decoder.Next(now);
    if (auto* frame = std::get_if<AgentFrame>(&decoded)) {
      result.frames.push_back(*frame);
      continue;
    }
    if (const auto* fault = std::get_if<Malformed>(&decoded)) result.fault = *fault;
    return;
  }
}

Result Decode(const Bytes& bytes, std::size_t piece = SIZE_MAX, const Timestamp& now = kNow) {
  AgentFrameDecoder decoder;
  Result result;
  for (std::size_t at = 0; at < bytes.size() && !result.fault;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    // A copy of exactly this size: the sanitizer sees a read beyond it.
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    decoder.Feed(part.data(), part.size());
    at += size;
    Drain(decoder, result, now);
  }
  return result;
}

Status DecodeStatus(const Bytes& bytes, const Timestamp& now = kNow) {
  const Result result = Decode(bytes, SIZE_MAX, now);
  REQUIRE(result.frames.size() == 1);
  return std::get<Status>(result.frames[0]);
}

void CheckMalformed(const Bytes& bytes, Malformed fault) {
  const Result result = Decode(bytes);
  REQUIRE(result.fault);
  CHECK(result.frames.empty());
  CHECK(Describe(*result.fault) == Describe(fault));
}

void CheckSame(const Timestamp& a, const Timestamp& b) {
  CHECK(a.unix_ms == b.unix_ms);
  CHECK(a.steady_us == b.steady_us);
}

// The layout, which another version of the other end relies on.

TEST_CASE("Encode: writes a hello as documented") {
  CHECK(BytesOf(Hello{1, "1.2", "16.0", "P\xC3\xA9"}) == Bytes{0x18, 0,   0,   0,    1,   0,   0, 0,  // length, type
                                                               'O',  'O', 'S', '1',  1,   0,   0, 0,  // magic, version
                                                               3,    0,   '1', '.',  '2',             // agent
                                                               4,    0,   '1', '6',  '.', '0',        // Outlook
                                                               3,    0,   'P', 0xC3, 0xA9});          // profile
}

TEST_CASE("Encode: writes a status as documented") {
  Status status;
  status.number = 0x0102030405060708;
  status.since_known = true;
  status.since = {0x0000018F00000001, 0x0D0E0F - 0x0A0B0C};
  status.confirmed = {0, 0x0D0E0F - 0x010203};
  status.source = {Phase::kUnavailable, Reason::kOpenFailed, static_cast<std::int32_t>(0x8004010F), true, false};
  status.reading.outbox_items = 0x0A0B;
  status.reading.at = {0, 0x0D0E0F - 0x040506};
  const Timestamp now{0, 0x0D0E0F};
  CHECK(BytesOf(status, now) == Bytes{0x44, 0,    0,    0,    2,    0, 0, 0,  // length, type
                                      8,    7,    6,    5,    4,    3, 2, 1,  // number
                                      0,    2,    6,    3,  // state, phase, reason, flags: since known, notifies online
                                      0x0F, 0x01, 0x04, 0x80,                   // code
                                      1,    0,    0,    0,    0x8F, 1, 0, 0,    // since
                                      0x0C, 0x0B, 0x0A, 0,    0,    0, 0, 0,    // age
                                      0x0F, 0x0E, 0x0D, 0,    0,    0, 0, 0,    // sent
                                      3,    2,    1,    0,    0,    0, 0, 0,    // confirmed age
                                      2,    0,    0,    0,                      // reading flags: outbox items
                                      0,    0,    0,    0,                      // exchange connection mode
                                      0x0B, 0x0A, 0,    0,                      // outbox items
                                      6,    5,    4,    0,    0,    0, 0, 0});  // reading age
  status.reading.exchange_connection_mode = 0x02BC;
  const Bytes bytes = BytesOf(status, now);
  CHECK(Bytes(bytes.begin() + 56, bytes.begin() + 64) == Bytes{3, 0, 0, 0, 0xBC, 2, 0, 0});
}

TEST_CASE("Encode: writes each state and each flag of a status as documented") {
  const std::size_t state = kHeaderBytes + 8;
  const std::size_t flags = state + 3;
  Status status;
  status.source.phase = Phase::kListening;
  CHECK(BytesOf(status)[state] == 0);
  CHECK(BytesOf(status)[flags] == 0);
  status.state = State::kOnline;
  status.since_known = true;
  CHECK(BytesOf(status)[state] == 1);
  CHECK(BytesOf(status)[state + 1] == 1);
  CHECK(BytesOf(status)[flags] == 1);
  status.state = State::kOffline;
  status.since_known = false;
  status.source.notifies_online = true;
  CHECK(BytesOf(status)[state] == 2);
  CHECK(BytesOf(status)[flags] == 2);
  status.source.notifies_offline = true;
  CHECK(BytesOf(status)[flags] == 6);
}

TEST_CASE("Encode: writes shutdown and refresh as documented") {
  CHECK(BytesOf(ShutdownReason::kOutlookClosing) == Bytes{1, 0, 0, 0, 3, 0, 0, 0, 1});
  CHECK(BytesOf(ShutdownReason::kAddInDisconnected) == Bytes{1, 0, 0, 0, 3, 0, 0, 0, 2});
  CHECK(BytesOf(Refresh{}) == Bytes{0, 0, 0, 0, 16, 0, 0, 0});
}

TEST_CASE("Reason: keeps the numbers that are sent on the channel") {
  CHECK(static_cast<int>(Reason::kOutlookNotRunning) == 1);
  CHECK(static_cast<int>(Reason::kAgentMissing) == 2);
  CHECK(static_cast<int>(Reason::kAgentIncompatible) == 3);
  CHECK(static_cast<int>(Reason::kAgentUntrusted) == 4);
  CHECK(static_cast<int>(Reason::kMapiMissing) == 5);
  CHECK(static_cast<int>(Reason::kOpenFailed) == 6);
  CHECK(static_cast<int>(Reason::kNoNotifications) == 7);
  CHECK(static_cast<int>(Reason::kAdviseFailed) == 8);
  CHECK(static_cast<int>(Reason::kStopped) == 9);
}

TEST_CASE("Encode: appends to what is there") {
  Bytes out{9};
  Encode(ShutdownReason::kOutlookClosing, out);
  CHECK(out == Bytes{9, 1, 0, 0, 0, 3, 0, 0, 0, 1});
}

TEST_CASE("Encode: cuts a long text between two characters, so that the hello fits into a frame") {
  std::string euros;
  for (int count = 0; count < 400; ++count) euros += "\xE2\x82\xAC";
  const Bytes bytes = BytesOf(Hello{1, euros, euros, euros});
  CHECK(bytes.size() <= kHeaderBytes + kMaxPayload);
  const Result result = Decode(bytes);
  REQUIRE(result.frames.size() == 1);
  CHECK(std::get<Hello>(result.frames[0]).profile == euros.substr(0, 510));  // 512 would cut the 171st in two
}

TEST_CASE("Encode: replaces bytes that are not UTF-8, so that the frame stays valid") {
  const Result result = Decode(BytesOf(Hello{1, "a\xFFz", "", "\xE2\x82"}));
  REQUIRE(result.frames.size() == 1);
  CHECK(std::get<Hello>(result.frames[0]).agent == "a?z");
  CHECK(std::get<Hello>(result.frames[0]).profile == "??");
}

TEST_CASE("Encode: limits ages and times, whatever the clocks are") {
  Status status = Listening();
  status.since.steady_us = kNow.steady_us + 1;  // later than now
  CHECK(DecodeStatus(BytesOf(status)).since.steady_us == kNow.steady_us);
  status.since = status.confirmed = status.reading.at = {INT64_MIN, INT64_MIN};
  CHECK_FALSE(Decode(BytesOf(status, {INT64_MAX, INT64_MAX})).fault);
  status.since = status.confirmed = status.reading.at = {INT64_MAX, INT64_MAX};
  CHECK_FALSE(Decode(BytesOf(status, {INT64_MIN, INT64_MIN})).fault);
}

TEST_CASE("Decode: returns every frame as it was, wherever the bytes are split") {
  const Bytes bytes = Joined({BytesOf(kHello), BytesOf(Listening()), BytesOf(ShutdownReason::kAddInDisconnected)});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Result result = Decode(bytes, piece);
    REQUIRE_FALSE(result.fault);
    REQUIRE(result.frames.size() == 3);
    const auto& hello = std::get<Hello>(result.frames[0]);
    CHECK(hello.version == kChannelVersion);
    CHECK(hello.agent == "1.2.3");
    CHECK(hello.outlook == "16.0");
    CHECK(hello.profile == "Outlook");
    const auto& status = std::get<Status>(result.frames[1]);
    const Status sent = Listening();
    CHECK(status.number == 7);
    CHECK(status.state == State::kOffline);
    CHECK(status.since_known);
    CheckSame(status.since, sent.since);
    CHECK(status.source.phase == Phase::kListening);
    CHECK(status.source.notifies_online);
    CHECK_FALSE(status.source.notifies_offline);
    CheckSame(status.confirmed, sent.confirmed);
    CHECK(status.reading.exchange_connection_mode == 200U);
    CHECK(status.reading.outbox_items == 3U);
    CheckSame(status.reading.at, sent.reading.at);
    CHECK(std::get<ShutdownReason>(result.frames[2]) == ShutdownReason::kAddInDisconnected);
  }
}

TEST_CASE("Decode: adds the delay of a frame that is read late to its ages") {
  const Timestamp later{kNow.unix_ms + 30'000, kNow.steady_us + 30'000'000};
  const Status status = DecodeStatus(BytesOf(Listening()), later);
  CHECK(status.since.steady_us == Listening().since.steady_us);
  CHECK(status.confirmed.steady_us == Listening().confirmed.steady_us);
  CHECK(status.reading.at.steady_us == Listening().reading.at.steady_us);
}

TEST_CASE("Decode: adds no delay if the sender's clock is ahead") {
  const Timestamp earlier{kNow.unix_ms, kNow.steady_us - 5};
  CHECK(DecodeStatus(BytesOf(Listening()), earlier).since.steady_us == earlier.steady_us - 9'000'000);
}

TEST_CASE("Decode: derives confirmation and reading from their ages if the wall clock was set meanwhile") {
  const Timestamp set{kNow.unix_ms + 3'600'000, kNow.steady_us};
  const Status status = DecodeStatus(BytesOf(Listening()), set);
  CHECK(status.since.unix_ms == Listening().since.unix_ms);
  CHECK(status.confirmed.unix_ms == set.unix_ms - 5000);
  CHECK(status.reading.at.unix_ms == set.unix_ms - 6000);
}

TEST_CASE("Decode: takes a state as confirmed when it began if the confirmation is missing or earlier") {
  Status status = Listening();
  SUBCASE("earlier") {
    status.confirmed = Ago(10'000'000);
    const Status decoded = DecodeStatus(BytesOf(status));
    CheckSame(decoded.confirmed, decoded.since);
  }
  SUBCASE("missing: an older agent") {
    const Status decoded = DecodeStatus(OlderStatusFrame(status, kNow));
    CheckSame(decoded.since, status.since);
    CheckSame(decoded.confirmed, decoded.since);
    CHECK(decoded.reading.empty());
  }
}

TEST_CASE("Decode: reports whether the agent understands refresh") {
  AgentFrameDecoder decoder;
  CHECK_FALSE(decoder.peer_accepts_refresh());
  const Bytes older = OlderStatusFrame(Listening(), kNow);
  decoder.Feed(older.data(), older.size());
  CHECK(std::holds_alternative<AgentFrame>(decoder.Next(kNow)));
  CHECK_FALSE(decoder.peer_accepts_refresh());
  const Bytes current = BytesOf(Listening());
  decoder.Feed(current.data(), current.size());
  CHECK(std::holds_alternative<AgentFrame>(decoder.Next(kNow)));
  CHECK(decoder.peer_accepts_refresh());
}

TEST_CASE("Decode: makes the state unknown unless the source listens, whatever was sent") {
  for (const Source& source : {Source{Phase::kStarting, Reason::kNone, 0, true, true},
                               Source{Phase::kUnavailable, Reason::kStopped, 0, true, true}}) {
    for (const State state : {State::kOnline, State::kOffline}) {
      Status status = Listening();
      status.source = source;
      status.state = state;
      const Status decoded = DecodeStatus(BytesOf(status));
      CHECK(decoded.state == State::kUnknown);
      CHECK_FALSE(decoded.since_known);
      CheckSame(decoded.since, kNow);
      CHECK(decoded.reading.empty());
      CHECK(decoded.source.phase == source.phase);
    }
  }
}

TEST_CASE("Decode: keeps the beginning of an unknown state while the source does not listen") {
  Status status = Listening();
  status.state = State::kUnknown;
  status.source = {Phase::kUnavailable, Reason::kStopped, 0, true, true};
  const Status decoded = DecodeStatus(BytesOf(status));
  CHECK(decoded.since_known);
  CheckSame(decoded.since, status.since);
  CHECK(decoded.reading.empty());
}

TEST_CASE("Decode: reads only those values of a reading that its flags announce") {
  for (const int flags : {0, 1, 2, 3, 0xFC}) {
    CAPTURE(flags);
    Bytes bytes = BytesOf(Listening());
    bytes[kHeaderBytes + kOlderStatus + 8] = static_cast<std::uint8_t>(flags);
    const Status status = DecodeStatus(bytes);
    CHECK(status.reading.exchange_connection_mode.has_value() == ((flags & 1) != 0));
    CHECK(status.reading.outbox_items.has_value() == ((flags & 2) != 0));
    CheckSame(status.confirmed, Listening().confirmed);
  }
}

TEST_CASE("Decode: refuses a frame whose payload is cut anywhere, and reads nothing beyond it") {
  for (const Bytes& whole : {BytesOf(kHello), BytesOf(Listening()), BytesOf(ShutdownReason::kOutlookClosing)}) {
    const std::uint16_t type = whole[4];
    for (std::size_t size = 0; size + kHeaderBytes < whole.size(); ++size) {
      if (type == 2 && size == kOlderStatus) continue;
      const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes);
      CheckMalformed(FrameOf(type, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))), Malformed::kTooShort);
    }
  }
}

TEST_CASE("Decode: ignores fields that a later version adds at the end") {
  for (const Bytes& whole : {BytesOf(kHello), BytesOf(Listening()), BytesOf(ShutdownReason::kOutlookClosing)}) {
    const Bytes longer = FrameOf(whole[4], Joined({PayloadOf(whole), {1, 2, 3}}));
    const Result result = Decode(Joined({longer, BytesOf(ShutdownReason::kOutlookClosing)}));
    CHECK_FALSE(result.fault);
    CHECK(result.frames.size() == 2);
  }
}

TEST_CASE("Decode: skips frames of unknown types, even the largest") {
  const Result result = Decode(Joined({FrameOf(0, {}), FrameOf(9, Bytes(kMaxPayload, 0xFF)), FrameOf(0xFFFF, {1}),
                                       FrameOf(16, {}),  // a client's frame, which no agent sends
                                       BytesOf(ShutdownReason::kOutlookClosing)}),
                               11);
  CHECK_FALSE(result.fault);
  CHECK(result.frames.size() == 1);
}

TEST_CASE("Decode: refuses a length above the limit as soon as it is read, whatever the type") {
  CheckMalformed({0x01, 0x10, 0, 0}, Malformed::kTooLong);  // 4097
  CheckMalformed({0xFF, 0xFF, 0xFF, 0xFF}, Malformed::kTooLong);
  CheckMalformed(FrameOf(9, Bytes(kMaxPayload + 1, 0)), Malformed::kTooLong);
}

TEST_CASE("Decode: refuses the hello of another program or another version, and returns that version") {
  Bytes bytes = BytesOf(kHello);
  bytes[kHeaderBytes] = 'X';
  CheckMalformed(bytes, Malformed::kBadMagic);
  // Of a later version only the beginning is defined.
  AgentFrameDecoder decoder;
  const Bytes later = FrameOf(1, {'O', 'O', 'S', '1', 0x02, 0x01, 0, 0, 0xFF, 0xFF});
  decoder.Feed(later.data(), later.size());
  CHECK(std::get<Malformed>(decoder.Next(kNow)) == Malformed::kBadVersion);
  CHECK(decoder.peer_version() == 0x0102);
}

TEST_CASE("Decode: refuses a text that is too long, shorter than its length, or not UTF-8") {
  const Bytes start{'O', 'O', 'S', '1', 1, 0, 0, 0};
  CheckMalformed(FrameOf(1, Joined({start, {0x01, 0x02}, Bytes(513, 'a'), {0, 0, 0, 0}})), Malformed::kTooLong);
  CheckMalformed(FrameOf(1, Joined({start, {5, 0, 'a', 'b'}})), Malformed::kTooShort);
  CheckMalformed(FrameOf(1, Joined({start, {1, 0, 0xFF, 0, 0, 0, 0}})), Malformed::kBadText);
  CheckMalformed(FrameOf(1, Joined({start, {0, 0, 0, 0, 2, 0, 0xC3, 0x28}})), Malformed::kBadText);
}

TEST_CASE("Decode: refuses values that are not defined or contradict each other") {
  const auto with = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = BytesOf(Listening());
    bytes[kHeaderBytes + at] = value;
    return bytes;
  };
  CheckMalformed(with(8, 3), Malformed::kBadValue);  // state
  CheckMalformed(with(8, 0xFF), Malformed::kBadValue);
  CheckMalformed(with(9, 3), Malformed::kBadValue);          // phase
  CheckMalformed(with(10, 10), Malformed::kBadValue);        // reason
  CheckMalformed(with(10, 1), Malformed::kBadValue);         // a reason although the source listens
  CheckMalformed(with(9, 2), Malformed::kBadValue);          // unavailable without a reason
  CheckMalformed(with(16 + 7, 0x80), Malformed::kBadValue);  // a since before the range of Date
  CheckMalformed(with(16 + 7, 0x7F), Malformed::kBadValue);  // and after it
  CheckMalformed(with(24 + 7, 0x80), Malformed::kBadValue);  // a negative age
  CheckMalformed(with(24 + 7, 0x7F), Malformed::kBadValue);  // an age longer than 273 years
  CheckMalformed(with(32 + 7, 0x80), Malformed::kBadValue);  // sent at a negative time
  CheckMalformed(with(32 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(with(40 + 7, 0x80), Malformed::kBadValue);  // confirmed in the future
  CheckMalformed(with(40 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(with(60 + 7, 0x80), Malformed::kBadValue);  // read in the future
  CheckMalformed(with(60 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(FrameOf(3, {0}), Malformed::kBadValue);
  CheckMalformed(FrameOf(3, {3}), Malformed::kBadValue);
  CHECK_FALSE(Decode(with(11, 0xFF)).fault);  // flags of a later version
}

TEST_CASE("Decode: stays malformed after a malformed frame, and keeps no later bytes") {
  AgentFrameDecoder decoder;
  const Bytes bad = FrameOf(3, {0});
  decoder.Feed(bad.data(), bad.size());
  CHECK(std::get<Malformed>(decoder.Next(kNow)) == Malformed::kBadValue);
  const Bytes good = BytesOf(ShutdownReason::kOutlookClosing);
  decoder.Feed(good.data(), good.size());
  CHECK(std::get<Malformed>(decoder.Next(kNow)) == Malformed::kBadValue);
}

// How many refreshes the agent finds in `bytes`, fed in pieces; -1: malformed.
int CountRefreshes(const Bytes& bytes, std::size_t piece = SIZE_MAX) {
  ClientFrameDecoder decoder;
  int refreshes = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    decoder.Feed(part.data(), part.size());
    at += size;
    Decoded<ClientFrame> decoded = decoder.Next();
    for (; std::holds_alternative<ClientFrame>(decoded); decoded = decoder.Next()) ++refreshes;
    if (std::holds_alternative<Malformed>(decoded)) {
      CHECK(std::holds_alternative<Malformed>(decoder.Next()));
      return -1;
    }
  }
  return refreshes;
}

TEST_CASE("Decode: returns a client's refresh wherever its bytes are split, even with fields of a later version") {
  const Bytes refresh = BytesOf(Refresh{});
  const Bytes bytes = Joined({refresh, FrameOf(16, {1, 2, 3}), refresh});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(CountRefreshes(bytes, piece) == 3);
}

TEST_CASE("Decode: skips a client's frames of other types, and refuses a length above the limit") {
  const Bytes refresh = BytesOf(Refresh{});
  CHECK(CountRefreshes(Joined({FrameOf(17, Bytes(kMaxPayload, 0xFF)), BytesOf(kHello),
                               BytesOf(ShutdownReason::kOutlookClosing), FrameOf(1, {}), refresh}),
                       7) == 1);
  CHECK(CountRefreshes({0x01, 0x10, 0, 0}) == -1);
  CHECK(CountRefreshes(Joined({refresh, Bytes(8, 0xFF), refresh}), 3) == -1);
}

TEST_CASE("Decode: gives the same result for random and damaged bytes wherever they are split") {
  std::mt19937 random(20250101);
  const Bytes good = Joined({BytesOf(kHello), BytesOf(Listening()), BytesOf(ShutdownReason::kOutlookClosing)});
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes = good;
    if (round % 4 == 0) {
      bytes.resize(random() % 300);
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    } else {
      for (unsigned hits = 1 + random() % 4; hits > 0; --hits) {
        bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
      }
    }
    const std::size_t piece = 1 + random() % 64;
    const Result whole = Decode(bytes);
    const Result split = Decode(bytes, piece);
    CHECK(whole.frames.size() == split.frames.size());
    CHECK(whole.fault == split.fault);
  }
}

}  // namespace
}  // namespace offline_state
