// The bytes of every frame, as docs and frames.h promise them: what another version of the other end relies on.
#include <doctest/doctest.h>

#include "channel/codec.h"

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes BytesOf(const Frame& frame) {
  Bytes out;
  Encode(frame, out);
  return out;
}

TEST_CASE("the bytes of a hello") {
  CHECK(BytesOf(Hello{1, "1.2", "16.0", "P\xC3\xA9"}) == Bytes{0x18, 0,   0,   0,    1,   0,   0, 0,  // length, type
                                                               'O',  'O', 'S', '1',  1,   0,   0, 0,  // magic, version
                                                               3,    0,   '1', '.',  '2',             // agent
                                                               4,    0,   '1', '6',  '.', '0',        // Outlook
                                                               3,    0,   'P', 0xC3, 0xA9});          // profile
}

TEST_CASE("the bytes of a picture") {
  Picture picture;
  picture.number = 0x0102030405060708;
  picture.state = State::kUnknown;
  picture.since_known = true;
  picture.since_unix_ms = 0x0000018F00000001;
  picture.age_us = 0x0A0B0C;
  picture.made_us = 0x0D0E0F;
  picture.source = {Phase::kUnavailable, Reason::kOpenFailed, static_cast<std::int32_t>(0x8004010F), true, false};
  CHECK(BytesOf(picture) == Bytes{0x28, 0,    0,    0,    2,    0, 0, 0,  // length, type
                                  8,    7,    6,    5,    4,    3, 2, 1,  // number
                                  0,    2,    6,    3,     // state, phase, reason, flags: since known, notifies online
                                  0x0F, 0x01, 0x04, 0x80,  // code
                                  1,    0,    0,    0,    0x8F, 1, 0, 0,    // since
                                  0x0C, 0x0B, 0x0A, 0,    0,    0, 0, 0,    // age
                                  0x0F, 0x0E, 0x0D, 0,    0,    0, 0, 0});  // made
  // What an older agent's picture ends before.
  const Bytes older = BytesOf(picture);
  picture.confirmed_age_us = 0x010203;
  picture.outbox_items = 0x0A0B;
  picture.reading_age_us = 0x040506;
  Bytes bytes = BytesOf(picture);
  CHECK(bytes[0] == 0x44);
  CHECK(Bytes(bytes.begin() + 4, bytes.begin() + 48) == Bytes(older.begin() + 4, older.end()));
  CHECK(Bytes(bytes.begin() + 48, bytes.end()) == Bytes{3,    2,    1, 0, 0, 0, 0, 0,    // confirmed age
                                                        2,    0,    0, 0,                // reading flags: outbox items
                                                        0,    0,    0, 0,                // exchange connection mode
                                                        0x0B, 0x0A, 0, 0,                // outbox items
                                                        6,    5,    4, 0, 0, 0, 0, 0});  // reading age
  picture.exchange_connection_mode = 0x02BC;
  bytes = BytesOf(picture);
  CHECK(Bytes(bytes.begin() + 56, bytes.begin() + 64) == Bytes{3, 0, 0, 0, 0xBC, 2, 0, 0});
}

TEST_CASE("the bytes of a refresh") {
  Bytes out;
  Encode(ClientFrame(Refresh{}), out);
  CHECK(out == Bytes{0, 0, 0, 0, 16, 0, 0, 0});
}

TEST_CASE("the bytes of the states, and of each flag") {
  const std::size_t state = kHeaderBytes + 8;
  const std::size_t flags = state + 3;
  Picture picture;
  picture.source.phase = Phase::kListening;
  CHECK(BytesOf(picture)[flags] == 0);
  picture.state = State::kOnline;
  picture.since_known = true;
  CHECK(BytesOf(picture)[state] == 1);
  CHECK(BytesOf(picture)[state + 1] == 1);
  CHECK(BytesOf(picture)[flags] == 1);
  picture.state = State::kOffline;
  picture.since_known = false;
  picture.source.notifies_online = true;
  CHECK(BytesOf(picture)[state] == 2);
  CHECK(BytesOf(picture)[flags] == 2);
  picture.source.notifies_offline = true;
  CHECK(BytesOf(picture)[flags] == 6);
}

TEST_CASE("the bytes of both goodbyes") {
  CHECK(BytesOf(Goodbye::kOutlookCloses) == Bytes{1, 0, 0, 0, 3, 0, 0, 0, 1});
  CHECK(BytesOf(Goodbye::kAddInDisconnected) == Bytes{1, 0, 0, 0, 3, 0, 0, 0, 2});
}

TEST_CASE("the numbers that travel have not been renumbered") {
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

TEST_CASE("frames are appended to what is there") {
  Bytes out{9};
  Encode(Goodbye::kOutlookCloses, out);
  CHECK(out == Bytes{9, 1, 0, 0, 0, 3, 0, 0, 0, 1});
}

TEST_CASE("text that is too long is cut between two characters, and the hello still fits a frame") {
  std::string euros;
  for (int count = 0; count < 400; ++count) euros += "\xE2\x82\xAC";
  const Bytes bytes = BytesOf(Hello{1, euros, euros, euros});
  CHECK(bytes.size() <= kHeaderBytes + kMaxPayload);
  Decoder decoder;
  decoder.Feed(bytes.data(), bytes.size());
  const Decoded decoded = decoder.Next();
  REQUIRE(std::holds_alternative<Frame>(decoded));
  const auto& hello = std::get<Hello>(std::get<Frame>(decoded));
  CHECK(hello.profile == euros.substr(0, 510));  // 512 would cut the 171st in two
}

TEST_CASE("what is no UTF-8 in a text does not make the frame unreadable") {
  const Bytes bytes = BytesOf(Hello{1, "a\xFFz", "", "\xE2\x82"});
  Decoder decoder;
  decoder.Feed(bytes.data(), bytes.size());
  const Decoded decoded = decoder.Next();
  REQUIRE(std::holds_alternative<Frame>(decoded));
  const auto& hello = std::get<Hello>(std::get<Frame>(decoded));
  CHECK(hello.agent == "a?z");
  CHECK(hello.profile == "??");
}

TEST_CASE("a picture's age is measured when it is made, and neither clock can make it negative") {
  Present present;
  present.number = 4;
  present.state = State::kOffline;
  present.since_known = true;
  present.since = {1000, 5'000'000};
  const Picture picture = PictureOf(present, {99, 7'500'000});
  CHECK(picture.number == 4);
  CHECK(picture.state == State::kOffline);
  CHECK(picture.since_known);
  CHECK(picture.since_unix_ms == 1000);
  CHECK(picture.age_us == 2'500'000);
  CHECK(picture.made_us == 7'500'000);
  CHECK(PictureOf(present, {99, 4'000'000}).age_us == 0);
  present.confirmed = {2000, 6'500'000};
  present.reading.outbox_items = 4;
  present.reading.at = {2000, 7'000'000};
  const Picture read = PictureOf(present, {99, 7'500'000});
  CHECK(read.confirmed_age_us == 1'000'000);
  CHECK(read.outbox_items == 4U);
  CHECK_FALSE(read.exchange_connection_mode);
  CHECK(read.reading_age_us == 500'000);
  CHECK_FALSE(PictureOf(Present{}, {99, 7'500'000}).outbox_items);
  CHECK(PictureOf(Present{}, {99, 7'500'000}).reading_age_us == 0);
  present.since = present.confirmed = present.reading.at = {INT64_MIN, INT64_MIN};
  const Picture odd = PictureOf(present, {INT64_MAX, INT64_MAX});
  Bytes bytes = BytesOf(odd);
  Decoder decoder;
  decoder.Feed(bytes.data(), bytes.size());
  CHECK(std::holds_alternative<Frame>(decoder.Next()));
}

}  // namespace
}  // namespace offline_state
