// Frames to bytes and back. Reads nothing out of bounds whatever the bytes are; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "channel/frames.h"

namespace offline_state {

// Appends the bytes of `frame`. Text longer than kMaxText bytes is cut at a character boundary, and a byte in it that
// is no UTF-8 becomes "?".
void Encode(const Frame& frame, std::vector<std::uint8_t>& out);
void Encode(const ClientFrame& frame, std::vector<std::uint8_t>& out);

// Turns `present` into what is sent now: the age is measured at this moment.
Picture PictureOf(const Present& present, const Moment& now) noexcept;

enum class Malformed : std::uint8_t { kTooLong, kTooShort, kBadMagic, kBadVersion, kBadText, kBadValue };
const char* NameOf(Malformed what) noexcept;

struct NeedMore {};
using Decoded = std::variant<NeedMore, Frame, Malformed>;

using DecodedClientFrame = std::variant<NeedMore, ClientFrame, Malformed>;

// Cuts a stream into frames. Bytes come in pieces of any size; when Next has answered false it keeps less than one
// frame.
class FrameSplitter {
 public:
  void Feed(const std::uint8_t* data, std::size_t size);

  // The next whole frame, whose payload is valid until the next call of any method. False: more bytes are needed, or
  // the stream is broken.
  bool Next();
  FrameType type() const noexcept { return type_; }
  const std::uint8_t* payload() const noexcept { return buffer_.data() + payload_; }
  std::size_t size() const noexcept { return size_; }

  // Ends the stream: what is malformed stays malformed, and nothing more is kept.
  void Break(Malformed why) noexcept;
  const std::optional<Malformed>& broken() const noexcept { return broken_; }

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t read_ = 0;
  std::size_t payload_ = 0;
  std::size_t size_ = 0;
  FrameType type_{};
  std::optional<Malformed> broken_;
};

// What the agent says.
class Decoder {
 public:
  void Feed(const std::uint8_t* data, std::size_t size) { frames_.Feed(data, size); }
  // The next known frame, NeedMore, or Malformed (after which it stays malformed). Unknown types are skipped.
  // A Hello of another version decodes as far as its version field: Malformed::kBadVersion.
  Decoded Next();
  // The version that a refused or accepted Hello named; 0 before that.
  std::uint16_t peer_version() const noexcept { return peer_version_; }

 private:
  FrameSplitter frames_;
  std::uint16_t peer_version_ = 0;
};

// What a client says; as Decoder.
class ClientDecoder {
 public:
  void Feed(const std::uint8_t* data, std::size_t size) { frames_.Feed(data, size); }
  DecodedClientFrame Next();

 private:
  FrameSplitter frames_;
};

}  // namespace offline_state
