#include <optional>

#include "channel/codec.h"
#include "channel/text.h"

namespace offline_state {
namespace {

// Reads within [data, data + size) and nowhere else. After a read that did not fit everything reads as zero.
class Reader {
 public:
  Reader(const std::uint8_t* data, std::size_t size) noexcept : data_(data), left_(size) {}

  std::uint8_t U8() noexcept { return static_cast<std::uint8_t>(Little(1)); }
  std::uint16_t U16() noexcept { return static_cast<std::uint16_t>(Little(2)); }
  std::uint32_t U32() noexcept { return static_cast<std::uint32_t>(Little(4)); }
  std::uint64_t U64() noexcept { return Little(8); }
  std::int32_t I32() noexcept { return static_cast<std::int32_t>(U32()); }
  std::int64_t I64() noexcept { return static_cast<std::int64_t>(U64()); }

  std::string Text() {
    const std::size_t size = U16();
    if (size > kMaxText) Fail(Malformed::kTooLong);
    if (!Has(size)) return {};
    std::string text(reinterpret_cast<const char*>(data_), size);
    Skip(size);
    if (!IsUtf8(text)) Fail(Malformed::kBadText);
    return text;
  }

  void Require(bool allowed, Malformed otherwise) noexcept {
    if (!allowed) Fail(otherwise);
  }
  const std::optional<Malformed>& failure() const noexcept { return failure_; }
  bool at_end() const noexcept { return left_ == 0; }

 private:
  bool Has(std::size_t bytes) noexcept {
    if (bytes > left_) Fail(Malformed::kTooShort);
    return !failure_;
  }
  void Skip(std::size_t bytes) noexcept {
    data_ += bytes;
    left_ -= bytes;
  }
  void Fail(Malformed what) noexcept {
    if (!failure_) failure_ = what;
  }
  std::uint64_t Little(std::size_t bytes) noexcept {
    if (!Has(bytes)) return 0;
    std::uint64_t value = 0;
    for (std::size_t byte = 0; byte < bytes; ++byte) value |= static_cast<std::uint64_t>(data_[byte]) << (8 * byte);
    Skip(bytes);
    return value;
  }

  const std::uint8_t* data_;
  std::size_t left_;
  std::optional<Malformed> failure_;
};

template <class Enum>
Enum ReadEnum(Reader& reader, Enum first, Enum last) noexcept {
  const std::uint8_t value = reader.U8();
  const bool known = value >= static_cast<std::uint8_t>(first) && value <= static_cast<std::uint8_t>(last);
  reader.Require(known, Malformed::kBadValue);
  return known ? static_cast<Enum>(value) : first;
}

Hello ReadHello(Reader& reader, std::uint16_t& peer_version) {
  Hello hello;
  reader.Require(reader.U32() == kMagic, Malformed::kBadMagic);
  hello.version = reader.U16();
  if (!reader.failure()) peer_version = hello.version;
  reader.Require(hello.version == kChannelVersion, Malformed::kBadVersion);
  reader.U16();
  hello.agent = reader.Text();
  hello.outlook = reader.Text();
  hello.profile = reader.Text();
  return hello;
}

// What an older agent's picture ends before.
void ReadConfirmation(Reader& reader, Picture& picture) {
  const std::int64_t confirmed_age_us = reader.I64();
  const std::uint8_t flags = reader.U8();
  for (int zero = 0; zero < 3; ++zero) reader.U8();
  const std::uint32_t connection_mode = reader.U32();
  const std::uint32_t outbox_items = reader.U32();
  const std::int64_t reading_age_us = reader.I64();
  reader.Require(confirmed_age_us >= 0 && confirmed_age_us <= kMaxSteadyUs, Malformed::kBadValue);
  reader.Require(reading_age_us >= 0 && reading_age_us <= kMaxSteadyUs, Malformed::kBadValue);
  picture.confirmed_age_us = confirmed_age_us;
  if ((flags & kHasConnectionMode) != 0) picture.exchange_connection_mode = connection_mode;
  if ((flags & kHasOutboxItems) != 0) picture.outbox_items = outbox_items;
  if (picture.exchange_connection_mode || picture.outbox_items) picture.reading_age_us = reading_age_us;
}

Picture ReadPicture(Reader& reader) {
  Picture picture;
  picture.number = reader.U64();
  picture.state = ReadEnum(reader, State::kUnknown, State::kOffline);
  picture.source.phase = ReadEnum(reader, Phase::kStarting, Phase::kUnavailable);
  picture.source.reason = ReadEnum(reader, Reason::kNone, Reason::kStopped);
  const std::uint8_t flags = reader.U8();
  picture.since_known = (flags & kSinceKnown) != 0;
  picture.source.notifies_online = (flags & kNotifiesOnline) != 0;
  picture.source.notifies_offline = (flags & kNotifiesOffline) != 0;
  picture.source.code = reader.I32();
  picture.since_unix_ms = reader.I64();
  picture.age_us = reader.I64();
  picture.made_us = reader.I64();

  const bool unavailable = picture.source.phase == Phase::kUnavailable;
  reader.Require(unavailable == (picture.source.reason != Reason::kNone), Malformed::kBadValue);
  reader.Require(picture.since_unix_ms >= -kMaxUnixMs && picture.since_unix_ms <= kMaxUnixMs, Malformed::kBadValue);
  reader.Require(picture.age_us >= 0 && picture.age_us <= kMaxSteadyUs, Malformed::kBadValue);
  reader.Require(picture.made_us >= 0 && picture.made_us <= kMaxSteadyUs, Malformed::kBadValue);
  if (!reader.at_end()) ReadConfirmation(reader, picture);
  return picture;
}

Goodbye ReadGoodbye(Reader& reader) { return ReadEnum(reader, Goodbye::kOutlookCloses, Goodbye::kAddInDisconnected); }

}  // namespace

const char* NameOf(Malformed what) noexcept {
  switch (what) {
    case Malformed::kTooLong:
      return "a length above the limit";
    case Malformed::kTooShort:
      return "a frame shorter than its fields";
    case Malformed::kBadMagic:
      return "a wrong magic number";
    case Malformed::kBadVersion:
      return "another version of the channel";
    case Malformed::kBadText:
      return "text that is not UTF-8";
    case Malformed::kBadValue:
      return "a value that the channel does not have";
  }
  return "an unknown fault";
}

void FrameSplitter::Feed(const std::uint8_t* data, std::size_t size) {
  if (!broken_) buffer_.insert(buffer_.end(), data, data + size);
}

bool FrameSplitter::Next() {
  if (broken_) return false;
  Reader header(buffer_.data() + read_, buffer_.size() - read_);
  const std::size_t length = header.U32();
  const auto type = static_cast<FrameType>(header.U16());
  header.U16();
  if (length > kMaxPayload) {
    Break(Malformed::kTooLong);
    return false;
  }
  if (header.failure() || buffer_.size() - read_ - kHeaderBytes < length) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
    return false;
  }
  type_ = type;
  payload_ = read_ + kHeaderBytes;
  size_ = length;
  read_ = payload_ + length;
  return true;
}

void FrameSplitter::Break(Malformed why) noexcept {
  broken_ = why;
  buffer_.clear();
  read_ = 0;
}

Decoded Decoder::Next() {
  while (frames_.Next()) {
    Reader payload(frames_.payload(), frames_.size());
    std::optional<Frame> frame;
    switch (frames_.type()) {
      case FrameType::kHello:
        frame = ReadHello(payload, peer_version_);
        break;
      case FrameType::kPicture:
        frame = ReadPicture(payload);
        break;
      case FrameType::kGoodbye:
        frame = ReadGoodbye(payload);
        break;
      case FrameType::kRefresh:  // no agent says it
        break;
    }
    if (payload.failure()) {
      frames_.Break(*payload.failure());
    } else if (frame) {
      return *std::move(frame);
    }
  }
  if (frames_.broken()) return *frames_.broken();
  return NeedMore{};
}

DecodedClientFrame ClientDecoder::Next() {
  while (frames_.Next()) {
    if (frames_.type() == FrameType::kRefresh) return ClientFrame(Refresh{});
  }
  if (frames_.broken()) return *frames_.broken();
  return NeedMore{};
}

}  // namespace offline_state
