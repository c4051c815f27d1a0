// The frames of the channel, version 1, and their encoding. Little-endian, fixed width, no padding, so that a 32-bit
// agent and a 64-bit bridge agree.
//
//   frame    = u32 length of the payload (at most kMaxPayload) · u16 type · u16 zero · payload
//   hello    = u32 magic "OOS1" · u16 version · u16 zero · 3 x text: agent version, Outlook version, profile
//   status   = u64 number · u8 state · u8 phase · u8 reason · u8 flags · i32 code · i64 since unix ms · i64 age us
//              · i64 sent us · i64 confirmed age us · u8 reading flags · 3 x u8 zero · u32 exchange connection mode
//              · u32 outbox items · i64 reading age us
//     flags               1 since known, 2 notifies online, 4 notifies offline
//     age                 how long the state had lasted when the frame was made
//     sent                time of the steady clock then; both ends share it, so a late reader adds the delay
//     confirmed age       time since the last notification or reading that reported the state
//     reading flags       1 connection mode present, 2 outbox items present; 0: nothing was read
//   The status of an older agent ends after "sent": the state was confirmed when it began, and nothing was read.
//
//   shutdown = u8 ShutdownReason
//   refresh  = empty; client -> agent
//   text     = u16 bytes (at most kMaxText) · UTF-8
//
// The agent sends hello, then the newest status, and that again after each change. A client sends refresh to have the
// state read again, but only to an agent whose status has the fields from confirmed age on: an older one closes a
// client that sends anything. Unknown types are skipped, and a payload longer than its fields is allowed, because later
// versions add fields at the end. A shorter one, a wrong magic or version, or a length above the limit closes the
// channel with a reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/status.h"

namespace offline_state {

inline constexpr std::uint32_t kMagic = 0x31534F4F;  // "OOS1"
inline constexpr std::uint16_t kChannelVersion = 1;
inline constexpr std::size_t kHeaderBytes = 8;
inline constexpr std::size_t kMaxPayload = 4096;
inline constexpr std::size_t kMaxText = 512;

// Times further than this from zero are refused: JavaScript's Date ends there, and sums of two cannot overflow.
inline constexpr std::int64_t kMaxUnixMs = 8'640'000'000'000'000;
inline constexpr std::int64_t kMaxSteadyUs = 8'640'000'000'000'000;  // 273 years

// From 16 on: sent by clients.
enum class FrameType : std::uint16_t { kHello = 1, kStatus = 2, kShutdown = 3, kRefresh = 16 };

struct Hello {
  std::uint16_t version = kChannelVersion;
  std::string agent;    // UTF-8
  std::string outlook;  // UTF-8
  std::string profile;  // UTF-8
};

// Why the agent ends. kOutlookClosing: slow shutdown. kAddInDisconnected: the user (or Outlook) unloaded the add-in.
enum class ShutdownReason : std::uint8_t { kOutlookClosing = 1, kAddInDisconnected = 2 };

struct Refresh {};

using AgentFrame = std::variant<Hello, Status, ShutdownReason>;
using ClientFrame = std::variant<Refresh>;

// Each appends one frame to `out`. In the texts of a hello, a byte that is not UTF-8 becomes "?", and what exceeds
// kMaxText bytes is cut off at a character boundary. The ages in a status are relative to `now`.
void Encode(const Hello& hello, std::vector<std::uint8_t>& out);
void Encode(const Status& status, const Timestamp& now, std::vector<std::uint8_t>& out);
void Encode(ShutdownReason reason, std::vector<std::uint8_t>& out);
void Encode(Refresh refresh, std::vector<std::uint8_t>& out);

enum class Malformed : std::uint8_t { kTooLong, kTooShort, kBadMagic, kBadVersion, kBadText, kBadValue };
// English, for a help desk: "a wrong magic number".
const char* Describe(Malformed fault) noexcept;

struct NeedMore {};
template <class Frame>
using Decoded = std::variant<NeedMore, Frame, Malformed>;

// Splits a stream into frames. Bytes come in pieces of any size. Reads nothing out of bounds, whatever the bytes are;
// fuzzed.
class FrameSplitter {
 public:
  void Feed(const std::uint8_t* data, std::size_t size);

  // The next whole frame, whose payload is valid until the next call of any method. False: more bytes are needed, or
  // the stream is broken. After that it keeps less than one frame.
  bool Next();
  FrameType type() const noexcept { return type_; }
  const std::uint8_t* payload() const noexcept { return buffer_.data() + payload_; }
  std::size_t size() const noexcept { return size_; }

  // Ends the stream: no frame comes after a malformed one, and no more bytes are kept.
  void Break(Malformed fault) noexcept;
  const std::optional<Malformed>& broken() const noexcept { return broken_; }

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t read_ = 0;
  std::size_t payload_ = 0;
  std::size_t size_ = 0;
  FrameType type_{};
  std::optional<Malformed> broken_;
};

// Decodes what an agent sends.
class AgentFrameDecoder {
 public:
  void Feed(const std::uint8_t* data, std::size_t size) { frames_.Feed(data, size); }

  // The next frame of a known type, NeedMore, or Malformed, after which it stays malformed.
  //
  // The timestamps of a status are converted to this process's clocks, of which `now` is the time. Here "not listening
  // means unknown" is enforced: unless the source listens, the state is unknown and the reading empty, whatever was
  // sent.
  Decoded<AgentFrame> Next(const Timestamp& now);

  // The version in the last hello, even if it was refused (kBadVersion); 0 before that.
  std::uint16_t peer_version() const noexcept { return peer_version_; }

  // Whether the last status came from an agent that understands refresh.
  bool peer_accepts_refresh() const noexcept { return peer_accepts_refresh_; }

 private:
  FrameSplitter frames_;
  std::uint16_t peer_version_ = 0;
  bool peer_accepts_refresh_ = false;
};

// Decodes what a client sends.
class ClientFrameDecoder {
 public:
  void Feed(const std::uint8_t* data, std::size_t size) { frames_.Feed(data, size); }
  Decoded<ClientFrame> Next();

 private:
  FrameSplitter frames_;
};

}  // namespace offline_state
