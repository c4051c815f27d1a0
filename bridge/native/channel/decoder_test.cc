#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "channel/codec.h"

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(const Frame& frame) {
  Bytes out;
  Encode(frame, out);
  return out;
}

Bytes FrameOf(std::uint16_t type, const Bytes& payload) {
  Bytes out{static_cast<std::uint8_t>(payload.size()), static_cast<std::uint8_t>(payload.size() >> 8), 0, 0,
            static_cast<std::uint8_t>(type),           static_cast<std::uint8_t>(type >> 8),           0, 0};
  out.insert(out.end(), payload.begin(), payload.end());
  return out;
}

Bytes PayloadOf(const Frame& frame) {
  const Bytes bytes = BytesOf(frame);
  return {bytes.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes), bytes.end()};
}

Bytes Joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

struct Heard {
  std::vector<Frame> frames;
  bool malformed = false;
  Malformed why = Malformed::kTooLong;
};

void Drain(Decoder& decoder, Heard& heard) {
  for (;;) {
    Decoded decoded = decoder.Next();
    if (auto* frame = std::get_if<Frame>(&decoded)) {
      heard.frames.push_back(*frame);
    } else {
      if (const auto* why = std::get_if<Malformed>(&decoded)) {
        heard.malformed = true;
        heard.why = *why;
      }
      return;
    }
  }
}

Heard Hear(const Bytes& bytes, std::size_t piece = SIZE_MAX) {
  Decoder decoder;
  Heard heard;
  for (std::size_t at = 0; at < bytes.size() && !heard.malformed;) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    // A copy of exactly this size: a read beyond it is a read beyond a heap block.
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    decoder.Feed(part.data(), part.size());
    at += size;
    Drain(decoder, heard);
  }
  return heard;
}

void CheckMalformed(const Bytes& bytes, Malformed why) {
  const Heard heard = Hear(bytes);
  CHECK(heard.malformed);
  CHECK(heard.frames.empty());
  CHECK(NameOf(heard.why) == NameOf(why));
}

Picture Listening() {
  Picture picture;
  picture.number = 7;
  picture.state = State::kOffline;
  picture.since_known = true;
  picture.since_unix_ms = 1'700'000'000'000;
  picture.age_us = 12;
  picture.made_us = 34;
  picture.source = {Phase::kListening, Reason::kNone, 0, true, false};
  picture.confirmed_age_us = 5;
  picture.exchange_connection_mode = 200;
  picture.outbox_items = 3;
  picture.reading_age_us = 6;
  return picture;
}

// Where an older agent's picture ends.
constexpr std::size_t kOlderPicture = 40;

const Hello kHello{kChannelVersion, "1.2.3", "16.0", "Outlook"};

TEST_CASE("every frame comes back as it was, wherever its bytes are cut") {
  const Bytes bytes = Joined({BytesOf(kHello), BytesOf(Listening()), BytesOf(Goodbye::kAddInDisconnected)});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Heard heard = Hear(bytes, piece);
    REQUIRE_FALSE(heard.malformed);
    REQUIRE(heard.frames.size() == 3);
    const auto& hello = std::get<Hello>(heard.frames[0]);
    CHECK(hello.version == kChannelVersion);
    CHECK(hello.agent == "1.2.3");
    CHECK(hello.outlook == "16.0");
    CHECK(hello.profile == "Outlook");
    const auto& picture = std::get<Picture>(heard.frames[1]);
    CHECK(picture.number == 7);
    CHECK(picture.state == State::kOffline);
    CHECK(picture.since_known);
    CHECK(picture.since_unix_ms == 1'700'000'000'000);
    CHECK(picture.age_us == 12);
    CHECK(picture.made_us == 34);
    CHECK(picture.source.phase == Phase::kListening);
    CHECK(picture.source.notifies_online);
    CHECK_FALSE(picture.source.notifies_offline);
    CHECK(picture.confirmed_age_us == 5);
    CHECK(picture.exchange_connection_mode == 200U);
    CHECK(picture.outbox_items == 3U);
    CHECK(picture.reading_age_us == 6);
    CHECK(std::get<Goodbye>(heard.frames[2]) == Goodbye::kAddInDisconnected);
  }
}

TEST_CASE("a frame whose payload is cut anywhere is too short, never read beyond") {
  for (const Frame& frame : {Frame(kHello), Frame(Listening()), Frame(Goodbye::kOutlookCloses)}) {
    const Bytes whole = BytesOf(frame);
    const std::uint16_t type = whole[4];
    for (std::size_t size = 0; size + kHeaderBytes < whole.size(); ++size) {
      if (type == 2 && size == kOlderPicture) continue;
      const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(kHeaderBytes);
      CheckMalformed(FrameOf(type, Bytes(begin, begin + static_cast<std::ptrdiff_t>(size))), Malformed::kTooShort);
    }
  }
}

TEST_CASE("accepts a picture of an older agent, which ends before the confirmation and the reading") {
  Picture older = Listening();
  older.confirmed_age_us.reset();
  const Bytes bytes = BytesOf(older);
  CHECK(bytes.size() == kHeaderBytes + kOlderPicture);
  const Heard heard = Hear(bytes);
  REQUIRE(heard.frames.size() == 1);
  const auto& picture = std::get<Picture>(heard.frames[0]);
  CHECK(picture.age_us == 12);
  CHECK_FALSE(picture.confirmed_age_us);
  CHECK_FALSE(picture.exchange_connection_mode);
  CHECK_FALSE(picture.outbox_items);
}

TEST_CASE("reads of a reading what its flags say is there") {
  for (const int flags : {0, 1, 2, 3, 0xFC}) {
    CAPTURE(flags);
    Bytes bytes = BytesOf(Listening());
    bytes[kHeaderBytes + kOlderPicture + 8] = static_cast<std::uint8_t>(flags);
    const Heard heard = Hear(bytes);
    REQUIRE(heard.frames.size() == 1);
    const auto& picture = std::get<Picture>(heard.frames[0]);
    CHECK(picture.exchange_connection_mode.has_value() == ((flags & 1) != 0));
    CHECK(picture.outbox_items.has_value() == ((flags & 2) != 0));
    CHECK(picture.confirmed_age_us == 5);
  }
}

TEST_CASE("fields that a later version adds at the end are passed over") {
  for (const Frame& frame : {Frame(kHello), Frame(Listening()), Frame(Goodbye::kOutlookCloses)}) {
    const Bytes whole = BytesOf(frame);
    const Bytes longer = FrameOf(whole[4], Joined({PayloadOf(frame), {1, 2, 3}}));
    const Heard heard = Hear(Joined({longer, BytesOf(Goodbye::kOutlookCloses)}));
    CHECK_FALSE(heard.malformed);
    CHECK(heard.frames.size() == 2);
  }
}

TEST_CASE("frames of an unknown type are skipped, the largest too") {
  const Heard heard = Hear(Joined({FrameOf(0, {}), FrameOf(9, Bytes(kMaxPayload, 0xFF)), FrameOf(0xFFFF, {1}),
                                   FrameOf(16, {}),  // a client's frame, which no agent says
                                   BytesOf(Goodbye::kOutlookCloses)}),
                           11);
  CHECK_FALSE(heard.malformed);
  CHECK(heard.frames.size() == 1);
}

TEST_CASE("a length above the limit is refused as soon as it is read, whatever the type") {
  CheckMalformed({0x01, 0x10, 0, 0}, Malformed::kTooLong);  // 4097
  CheckMalformed({0xFF, 0xFF, 0xFF, 0xFF}, Malformed::kTooLong);
  CheckMalformed(FrameOf(9, Bytes(kMaxPayload + 1, 0)), Malformed::kTooLong);
}

TEST_CASE("a hello of another program or another version is refused, and the version can be told") {
  Bytes bytes = BytesOf(kHello);
  bytes[kHeaderBytes] = 'X';
  CheckMalformed(bytes, Malformed::kBadMagic);
  // Of a later version only the beginning is known.
  Decoder decoder;
  const Bytes later = FrameOf(1, {'O', 'O', 'S', '1', 0x02, 0x01, 0, 0, 0xFF, 0xFF});
  decoder.Feed(later.data(), later.size());
  CHECK(std::get<Malformed>(decoder.Next()) == Malformed::kBadVersion);
  CHECK(decoder.peer_version() == 0x0102);
}

TEST_CASE("a text that is too long, too short for its length, or no UTF-8 is refused") {
  const Bytes start{'O', 'O', 'S', '1', 1, 0, 0, 0};
  CheckMalformed(FrameOf(1, Joined({start, {0x01, 0x02}, Bytes(513, 'a'), {0, 0, 0, 0}})), Malformed::kTooLong);
  CheckMalformed(FrameOf(1, Joined({start, {5, 0, 'a', 'b'}})), Malformed::kTooShort);
  CheckMalformed(FrameOf(1, Joined({start, {1, 0, 0xFF, 0, 0, 0, 0}})), Malformed::kBadText);
  CheckMalformed(FrameOf(1, Joined({start, {0, 0, 0, 0, 2, 0, 0xC3, 0x28}})), Malformed::kBadText);
}

TEST_CASE("values that the channel does not have are refused") {
  const auto with = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = BytesOf(Listening());
    bytes[kHeaderBytes + at] = value;
    return bytes;
  };
  CheckMalformed(with(8, 3), Malformed::kBadValue);  // state
  CheckMalformed(with(8, 0xFF), Malformed::kBadValue);
  CheckMalformed(with(9, 3), Malformed::kBadValue);          // phase
  CheckMalformed(with(10, 10), Malformed::kBadValue);        // reason
  CheckMalformed(with(10, 1), Malformed::kBadValue);         // a reason although it listens
  CheckMalformed(with(9, 2), Malformed::kBadValue);          // unavailable without a reason
  CheckMalformed(with(16 + 7, 0x80), Malformed::kBadValue);  // a since before every calendar
  CheckMalformed(with(16 + 7, 0x7F), Malformed::kBadValue);  // and after
  CheckMalformed(with(24 + 7, 0x80), Malformed::kBadValue);  // a negative age
  CheckMalformed(with(24 + 7, 0x7F), Malformed::kBadValue);  // an age longer than 273 years
  CheckMalformed(with(32 + 7, 0x80), Malformed::kBadValue);  // made at a negative time
  CheckMalformed(with(32 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(with(40 + 7, 0x80), Malformed::kBadValue);  // confirmed in the future
  CheckMalformed(with(40 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(with(60 + 7, 0x80), Malformed::kBadValue);  // read in the future
  CheckMalformed(with(60 + 7, 0x7F), Malformed::kBadValue);
  CheckMalformed(FrameOf(3, {0}), Malformed::kBadValue);
  CheckMalformed(FrameOf(3, {3}), Malformed::kBadValue);
  CHECK_FALSE(Hear(with(11, 0xFF)).malformed);  // flags of a later version
}

TEST_CASE("what is malformed stays malformed, and keeps nothing of what comes after") {
  Decoder decoder;
  const Bytes bad = FrameOf(3, {0});
  decoder.Feed(bad.data(), bad.size());
  CHECK(std::get<Malformed>(decoder.Next()) == Malformed::kBadValue);
  const Bytes good = BytesOf(Goodbye::kOutlookCloses);
  decoder.Feed(good.data(), good.size());
  CHECK(std::get<Malformed>(decoder.Next()) == Malformed::kBadValue);
}

Bytes RefreshBytes() {
  Bytes out;
  Encode(ClientFrame(Refresh{}), out);
  return out;
}

// How many refreshes the agent hears in `bytes`, fed in pieces; -1: malformed.
int HearClient(const Bytes& bytes, std::size_t piece = SIZE_MAX) {
  ClientDecoder decoder;
  int refreshes = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min(piece, bytes.size() - at);
    const Bytes part(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                     bytes.begin() + static_cast<std::ptrdiff_t>(at + size));
    decoder.Feed(part.data(), part.size());
    at += size;
    DecodedClientFrame decoded = decoder.Next();
    for (; std::holds_alternative<ClientFrame>(decoded); decoded = decoder.Next()) ++refreshes;
    if (std::holds_alternative<Malformed>(decoded)) {
      CHECK(std::holds_alternative<Malformed>(decoder.Next()));
      return -1;
    }
  }
  return refreshes;
}

TEST_CASE("a client's refresh is understood wherever its bytes are cut, with fields of a later version too") {
  CHECK(RefreshBytes() == FrameOf(16, {}));
  const Bytes bytes = Joined({RefreshBytes(), FrameOf(16, {1, 2, 3}), RefreshBytes()});
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) CHECK(HearClient(bytes, piece) == 3);
}

TEST_CASE(
    "a client's frames of other types are skipped, those of an agent too, and a length above the limit is refused") {
  CHECK(HearClient(Joined({FrameOf(17, Bytes(kMaxPayload, 0xFF)), BytesOf(kHello), BytesOf(Goodbye::kOutlookCloses),
                           FrameOf(1, {}), RefreshBytes()}),
                   7) == 1);
  CHECK(HearClient({0x01, 0x10, 0, 0}) == -1);
  CHECK(HearClient(Joined({RefreshBytes(), Bytes(8, 0xFF), RefreshBytes()}), 3) == -1);
}

TEST_CASE("random bytes, and good frames with random damage, are heard out without a read out of bounds") {
  std::mt19937 random(20250101);
  const Bytes good = Joined({BytesOf(kHello), BytesOf(Listening()), BytesOf(Goodbye::kOutlookCloses)});
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
    const Heard whole = Hear(bytes);
    const Heard cut = Hear(bytes, piece);
    CHECK(whole.frames.size() == cut.frames.size());
    CHECK(whole.malformed == cut.malformed);
  }
}

}  // namespace
}  // namespace offline_state
