// The channel's protocol, version 1. Little-endian, fixed width, no padding, so that a 32-bit agent and a 64-bit bridge
// agree.
//
//   frame    = u32 length of the payload (at most kMaxPayload) · u16 type · u16 zero · payload
//   hello    = u32 magic "OOS1" · u16 version · u16 zero · 3 x text: agent version, Outlook version, profile
//   picture  = u64 number · u8 state · u8 phase · u8 reason · u8 flags · i32 code · i64 since unix ms · i64 age us
//              · i64 made us · i64 confirmed age us · u8 reading flags · 3 x u8 zero · u32 exchange connection mode
//              · u32 outbox items · i64 reading age us
//              flags: 1 since known, 2 notifies online, 4 notifies offline. age: by the agent's monotonic clock, when
//              the frame was made; made: that clock itself, which both ends share, so that a reader who comes late (it
//              was stopped, say) adds how late it is. confirmed age: that of the last notification or reading that said
//              the state. reading flags: 1 connection mode present, 2 outbox items present; neither: nothing was read.
//              An older agent's picture ends after made: the state was confirmed when it began, and nothing was read.
//   goodbye  = u8 why
//   refresh  = nothing; client -> agent
//   text     = u16 bytes (at most kMaxText) · UTF-8
//
// A client says refresh when it wants the state read again; to an agent whose pictures have the fields from confirmed
// age on, because an older one closes a client that says anything. The agent closes a client whose bytes are malformed.
// The agent's first frame is hello, the second a picture; then a picture for each change. Unknown types are skipped, a
// payload longer than its fields is allowed (later versions add at the end); a shorter one, a wrong magic or version,
// or a length above the limit closes the channel with a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
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

// From 16 on: what a client says.
enum class FrameType : std::uint16_t { kHello = 1, kPicture = 2, kGoodbye = 3, kRefresh = 16 };

// The flags of a picture.
inline constexpr std::uint8_t kSinceKnown = 1;
inline constexpr std::uint8_t kNotifiesOnline = 2;
inline constexpr std::uint8_t kNotifiesOffline = 4;

// The reading flags of a picture.
inline constexpr std::uint8_t kHasConnectionMode = 1;
inline constexpr std::uint8_t kHasOutboxItems = 2;

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

  // Nothing: an older agent's picture, which ends before this. It has no reading then.
  std::optional<std::int64_t> confirmed_age_us;  // never negative
  std::optional<std::uint32_t> exchange_connection_mode;
  std::optional<std::uint32_t> outbox_items;
  std::int64_t reading_age_us = 0;  // never negative
};

// What the agent says.
using Frame = std::variant<Hello, Picture, Goodbye>;

struct Refresh {};

// What a client says.
using ClientFrame = std::variant<Refresh>;

}  // namespace offline_state
