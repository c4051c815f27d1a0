// Frames to bytes and back. Reads nothing out of bounds whatever the bytes are; fuzzed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "channel/frames.h"

namespace offline_state {

// Appends the bytes of `frame`. Text longer than kMaxText bytes is cut at a character boundary, and a byte in it that
// is no UTF-8 becomes "?".
void Encode(const Frame& frame, std::vector<std::uint8_t>& out);

// Turns `present` into what is sent now: the age is measured at this moment.
Picture PictureOf(const Present& present, const Moment& now) noexcept;

enum class Malformed : std::uint8_t { kTooLong, kTooShort, kBadMagic, kBadVersion, kBadText, kBadValue };
const char* NameOf(Malformed what) noexcept;

struct NeedMore {};
using Decoded = std::variant<NeedMore, Frame, Malformed>;

// Bytes come in pieces of any size; frames come out whole. When Next has answered NeedMore it keeps less than one
// frame.
class Decoder {
 public:
  void Feed(const std::uint8_t* data, std::size_t size);
  // The next known frame, NeedMore, or Malformed (after which it stays malformed). Unknown types are skipped.
  // A Hello of another version decodes as far as its version field: Malformed::kBadVersion.
  Decoded Next();
  // The version that a refused or accepted Hello named; 0 before that.
  std::uint16_t peer_version() const noexcept { return peer_version_; }

 private:
  std::vector<std::uint8_t> buffer_;
  std::size_t read_ = 0;
  bool broken_ = false;
  Malformed why_ = Malformed::kTooShort;
  std::uint16_t peer_version_ = 0;
};

}  // namespace offline_state
