#include <algorithm>

#include "channel/codec.h"
#include "channel/text.h"

namespace offline_state {
namespace {

class Writer {
 public:
  Writer(FrameType type, std::vector<std::uint8_t>& out) : out_(out), start_(out.size()) {
    U32(0);  // the length, known when the payload is there
    U16(static_cast<std::uint16_t>(type));
    U16(0);
  }
  ~Writer() {
    const std::size_t length = out_.size() - start_ - kHeaderBytes;
    for (std::size_t byte = 0; byte < 4; ++byte) out_[start_ + byte] = static_cast<std::uint8_t>(length >> (8 * byte));
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void U8(std::uint8_t value) { out_.push_back(value); }
  void U16(std::uint16_t value) { Little(value, 2); }
  void U32(std::uint32_t value) { Little(value, 4); }
  void U64(std::uint64_t value) { Little(value, 8); }
  void Text(const std::string& text) {
    const std::string bounded = BoundedUtf8(text, kMaxText);
    U16(static_cast<std::uint16_t>(bounded.size()));
    out_.insert(out_.end(), bounded.begin(), bounded.end());
  }

 private:
  void Little(std::uint64_t value, std::size_t bytes) {
    for (std::size_t byte = 0; byte < bytes; ++byte) out_.push_back(static_cast<std::uint8_t>(value >> (8 * byte)));
  }

  std::vector<std::uint8_t>& out_;
  const std::size_t start_;
};

void Write(const Hello& hello, std::vector<std::uint8_t>& out) {
  Writer writer(FrameType::kHello, out);
  writer.U32(kMagic);
  writer.U16(hello.version);
  writer.U16(0);
  writer.Text(hello.agent);
  writer.Text(hello.outlook);
  writer.Text(hello.profile);
}

void Write(const Picture& picture, std::vector<std::uint8_t>& out) {
  Writer writer(FrameType::kPicture, out);
  writer.U64(picture.number);
  writer.U8(static_cast<std::uint8_t>(picture.state));
  writer.U8(static_cast<std::uint8_t>(picture.source.phase));
  writer.U8(static_cast<std::uint8_t>(picture.source.reason));
  writer.U8(static_cast<std::uint8_t>((picture.since_known ? kSinceKnown : 0) |
                                      (picture.source.notifies_online ? kNotifiesOnline : 0) |
                                      (picture.source.notifies_offline ? kNotifiesOffline : 0)));
  writer.U32(static_cast<std::uint32_t>(picture.source.code));
  writer.U64(static_cast<std::uint64_t>(picture.since_unix_ms));
  writer.U64(static_cast<std::uint64_t>(picture.age_us));
  writer.U64(static_cast<std::uint64_t>(picture.made_us));
  if (!picture.confirmed_age_us) return;
  writer.U64(static_cast<std::uint64_t>(*picture.confirmed_age_us));
  writer.U8(static_cast<std::uint8_t>((picture.exchange_connection_mode ? kHasConnectionMode : 0) |
                                      (picture.outbox_items ? kHasOutboxItems : 0)));
  for (int zero = 0; zero < 3; ++zero) writer.U8(0);
  writer.U32(picture.exchange_connection_mode.value_or(0));
  writer.U32(picture.outbox_items.value_or(0));
  writer.U64(static_cast<std::uint64_t>(picture.reading_age_us));
}

void Write(Goodbye why, std::vector<std::uint8_t>& out) {
  Writer writer(FrameType::kGoodbye, out);
  writer.U8(static_cast<std::uint8_t>(why));
}

void Write(Refresh, std::vector<std::uint8_t>& out) { const Writer writer(FrameType::kRefresh, out); }

// Microseconds from `moment` to `now_us`, both on the steady clock; never negative.
std::int64_t AgeAt(std::int64_t now_us, const Moment& moment) noexcept {
  return std::clamp<std::int64_t>(now_us - std::max<std::int64_t>(moment.steady_us, 0), 0, kMaxSteadyUs);
}

}  // namespace

void Encode(const Frame& frame, std::vector<std::uint8_t>& out) {
  std::visit([&out](const auto& what) { Write(what, out); }, frame);
}

void Encode(const ClientFrame& frame, std::vector<std::uint8_t>& out) {
  std::visit([&out](const auto& what) { Write(what, out); }, frame);
}

Picture PictureOf(const Present& present, const Moment& now) noexcept {
  Picture picture;
  picture.number = present.number;
  picture.state = present.state;
  picture.since_known = present.since_known;
  picture.since_unix_ms = std::clamp(present.since.unix_ms, -kMaxUnixMs, kMaxUnixMs);
  picture.made_us = std::clamp<std::int64_t>(now.steady_us, 0, kMaxSteadyUs);
  picture.age_us = AgeAt(picture.made_us, present.since);
  picture.source = present.source;
  picture.confirmed_age_us = AgeAt(picture.made_us, present.confirmed);
  if (!present.reading.empty()) {
    picture.exchange_connection_mode = present.reading.exchange_connection_mode;
    picture.outbox_items = present.reading.outbox_items;
    picture.reading_age_us = AgeAt(picture.made_us, present.reading.at);
  }
  return picture;
}

}  // namespace offline_state
