// The channel's protocol, version 1: what the agent says to its clients. Little-endian, fixed width, no padding, so
// that a 32-bit agent and a 64-bit bridge agree.
//
//   frame    = u32 length of the payload (at most kMaxPayload) · u16 type · u16 zero · payload
//   hello    = u32 magic "OOS1" · u16 version · u16 zero · 3 x text: agent version, Outlook version, profile
//   picture  = u64 number · u8 state · u8 phase · u8 reason · u8 flags · i32 code · i64 since unix ms · i64 age us
//              · i64 made us
//              flags: 1 since known, 2 notifies online, 4 notifies offline. age: by the agent's monotonic clock, when
//              the frame was made; made: that clock itself, which both ends share, so that a reader who comes late (it
//              was stopped, say) adds how late it is.
//   goodbye  = u8 why
//   text     = u16 bytes (at most kMaxText) · UTF-8
//
// The first frame is hello, the second a picture; then a picture for each change. Unknown types are skipped, a payload
// longer than its fields is allowed (later versions add at the end); a shorter one, a wrong magic or version, or a
// length above the limit closes the channel with a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "agent/present.h"

namespace offline_state {

inline constexpr std::uint32_t kMagic = 0x31534F4F;  // "OOS1"
inline constexpr std::uint16_t kChannelVersion = 1;
inline constexpr std::size_t kHeaderBytes = 8;
inline constexpr std::size_t kMaxPayload = 4096;
inline constexpr std::size_t kMaxText = 512;

// Times further than this from zero are refused: JavaScript's Date ends there, and sums of two cannot overflow.
inline constexpr std::int64_t kMaxUnixMs = 8'640'000'000'000'000;
inline constexpr std::int64_t kMaxSteadyUs = 8'640'000'000'000'000;  // 273 years

enum class FrameType : std::uint16_t { kHello = 1, kPicture = 2, kGoodbye = 3 };

// The flags of a picture.
inline constexpr std::uint8_t kSinceKnown = 1;
inline constexpr std::uint8_t kNotifiesOnline = 2;
inline constexpr std::uint8_t kNotifiesOffline = 4;

// Why the agent leaves. kOutlookCloses: slow shutdown. kAddInDisconnected: the user (or Outlook) unloaded the add-in.
enum class Goodbye : std::uint8_t { kOutlookCloses = 1, kAddInDisconnected = 2 };

struct Hello {
  std::uint16_t version = kChannelVersion;
  std::string agent;    // UTF-8
  std::string outlook;  // UTF-8
  std::string profile;  // UTF-8
};

struct Picture {
  std::uint64_t number = 0;
  State state = State::kUnknown;
  bool since_known = false;
  std::int64_t since_unix_ms = 0;
  std::int64_t age_us = 0;   // how long the state had lasted when the frame was made; never negative
  std::int64_t made_us = 0;  // Moment::steady_us when the frame was made; never negative
  Source source;
};

using Frame = std::variant<Hello, Picture, Goodbye>;

}  // namespace offline_state
