#include "channel/frame.h"

#include <algorithm>

#include "core/text.h"

namespace offline_state {
namespace {

// Flags of a status.
constexpr std::uint8_t kSinceKnown = 1;
constexpr std::uint8_t kNotifiesOnline = 2;
constexpr std::uint8_t kNotifiesOffline = 4;

// Reading flags of a status.
constexpr std::uint8_t kHasConnectionMode = 1;
constexpr std::uint8_t kHasOutboxItems = 2;

class Writer {
 public:
  Writer(FrameType type, std::vector<std::uint8_t>& out) : out_(out), start_(out.size()) {
    U32(0);  // the length, known when the payload is complete
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
  void I64(std::int64_t value) { U64(static_cast<std::uint64_t>(value)); }
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

// Reads within [data, data + size) and nowhere else. After a read that did not fit, everything reads as zero.
class Reader {
 public:
  Reader(const std::uint8_t* data, std::size_t size) noexcept : data_(data), left_(size) {}

  std::uint8_t U8() noexcept { return static_cast<std::uint8_t>(Little(1)); }
  std::uint16_t U16() noexcept { return static_cast<std::uint16_t>(Little(2)); }
  std::uint32_t U32() noexcept { return static_cast<std::uint32_t>(Little(4)); }
  std::uint64_t U64() noexcept { return Little(8); }
  std::int32_t I32() noexcept { return static_cast<std::int32_t>(U32()); }
  std::int64_t I64() noexcept { return static_cast<std::int64_t>(U64()); }

  // Always within [0, kMaxSteadyUs], so that sums cannot overflow: 0 if the value read is not.
  std::int64_t SteadyUs() noexcept {
    const std::int64_t us = I64();
    const bool in_range = us >= 0 && us <= kMaxSteadyUs;
    Require(in_range, Malformed::kBadValue);
    return in_range ? us : 0;
  }

  template <class Enum>
  Enum EnumBetween(Enum first, Enum last) noexcept {
    const std::uint8_t value = U8();
    const bool known = value >= static_cast<std::uint8_t>(first) && value <= static_cast<std::uint8_t>(last);
    Require(known, Malformed::kBadValue);
    return known ? static_cast<Enum>(value) : first;
  }

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
  const std::optional<Malformed>& fault() const noexcept { return fault_; }
  bool at_end() const noexcept { return left_ == 0; }

 private:
  bool Has(std::size_t bytes) noexcept {
    if (bytes > left_) Fail(Malformed::kTooShort);
    return !fault_;
  }
  void Skip(std::size_t bytes) noexcept {
    data_ += bytes;
    left_ -= bytes;
  }
  void Fail(Malformed fault) noexcept {
    if (!fault_) fault_ = fault;
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
  std::optional<Malformed> fault_;
};

// Microseconds from `then` to `now_us` on the steady clock; never negative.
std::int64_t AgeAt(std::int64_t now_us, const Timestamp& then) noexcept {
  return std::clamp<std::int64_t>(now_us - std::max<std::int64_t>(then.steady_us, 0), 0, kMaxSteadyUs);
}

// The time `age_us` before `now`.
Timestamp Before(const Timestamp& now, std::int64_t age_us) noexcept {
  return {now.unix_ms - (age_us + 500) / 1000, now.steady_us - age_us};
}

Hello ReadHello(Reader& reader, std::uint16_t& peer_version) {
  Hello hello;
  reader.Require(reader.U32() == kMagic, Malformed::kBadMagic);
  hello.version = reader.U16();
  if (!reader.fault()) peer_version = hello.version;
  reader.Require(hello.version == kChannelVersion, Malformed::kBadVersion);
  reader.U16();
  hello.agent = reader.Text();
  hello.outlook = reader.Text();
  hello.profile = reader.Text();
  return hello;
}

Status ReadStatus(Reader& reader, const Timestamp& now, bool& accepts_refresh) {
  Status status;
  status.number = reader.U64();
  status.state = reader.EnumBetween(State::kUnknown, State::kOffline);
  status.source.phase = reader.EnumBetween(Phase::kStarting, Phase::kUnavailable);
  status.source.reason = reader.EnumBetween(Reason::kNone, kLastReason);
  const std::uint8_t flags = reader.U8();
  status.since_known = (flags & kSinceKnown) != 0;
  status.source.notifies_online = (flags & kNotifiesOnline) != 0;
  status.source.notifies_offline = (flags & kNotifiesOffline) != 0;
  status.source.code = reader.I32();
  status.since.unix_ms = reader.I64();
  const std::int64_t age_us = reader.SteadyUs();
  const std::int64_t sent_us = reader.SteadyUs();
  // Both ends read the same steady clock. A sender that is ahead adds no delay.
  const std::int64_t delay_us = std::max<std::int64_t>(now.steady_us - sent_us, 0);
  status.since.steady_us = now.steady_us - delay_us - age_us;
  status.confirmed = status.since;
  reader.Require((status.source.phase == Phase::kUnavailable) == (status.source.reason != Reason::kNone),
                 Malformed::kBadValue);
  reader.Require(status.since.unix_ms >= -kMaxUnixMs && status.since.unix_ms <= kMaxUnixMs, Malformed::kBadValue);

  accepts_refresh = !reader.at_end();
  if (accepts_refresh) {
    const std::int64_t confirmed_age_us = reader.SteadyUs();
    const std::uint8_t reading_flags = reader.U8();
    for (int zero = 0; zero < 3; ++zero) reader.U8();
    const std::uint32_t connection_mode = reader.U32();
    const std::uint32_t outbox_items = reader.U32();
    const std::int64_t reading_age_us = reader.SteadyUs();
    // The agent's wall clock may have been set since, so times are derived from ages on the steady clock. A state is
    // not confirmed before it began.
    if (confirmed_age_us < age_us) status.confirmed = Before(now, delay_us + confirmed_age_us);
    if ((reading_flags & kHasConnectionMode) != 0) status.reading.exchange_connection_mode = connection_mode;
    if ((reading_flags & kHasOutboxItems) != 0) status.reading.outbox_items = outbox_items;
    if (!status.reading.empty()) status.reading.at = Before(now, delay_us + reading_age_us);
  }

  if (status.source.phase != Phase::kListening) {
    if (status.state != State::kUnknown) {
      status.state = State::kUnknown;
      status.since_known = false;
      status.since = status.confirmed = now;
    }
    status.reading = Reading{};
  }
  return status;
}

ShutdownReason ReadShutdown(Reader& reader) {
  return reader.EnumBetween(ShutdownReason::kOutlookClosing, ShutdownReason::kAddInDisconnected);
}

}  // namespace

void Encode(const Hello& hello, std::vector<std::uint8_t>& out) {
  Writer writer(FrameType::kHello, out);
  writer.U32(kMagic);
  writer.U16(hello.version);
  writer.U16(0);
  writer.Text(hello.agent);
  writer.Text(hello.outlook);
  writer.Text(hello.profile);
}

void Encode(const Status& status, const Timestamp& now, std::vector<std::uint8_t>& out) {
  const std::int64_t sent_us = std::clamp<std::int64_t>(now.steady_us, 0, kMaxSteadyUs);
  const Reading& reading = status.reading;
  Writer writer(FrameType::kStatus, out);
  writer.U64(status.number);
  writer.U8(static_cast<std::uint8_t>(status.state));
  writer.U8(static_cast<std::uint8_t>(status.source.phase));
  writer.U8(static_cast<std::uint8_t>(status.source.reason));
  writer.U8(static_cast<std::uint8_t>((status.since_known ? kSinceKnown : 0) |
                                      (status.source.notifies_online ? kNotifiesOnline : 0) |
                                      (status.source.notifies_offline ? kNotifiesOffline : 0)));
  writer.U32(static_cast<std::uint32_t>(status.source.code));
  writer.I64(std::clamp(status.since.unix_ms, -kMaxUnixMs, kMaxUnixMs));
  writer.I64(AgeAt(sent_us, status.since));
  writer.I64(sent_us);
  writer.I64(AgeAt(sent_us, status.confirmed));
  writer.U8(static_cast<std::uint8_t>((reading.exchange_connection_mode ? kHasConnectionMode : 0) |
                                      (reading.outbox_items ? kHasOutboxItems : 0)));
  for (int zero = 0; zero < 3; ++zero) writer.U8(0);
  writer.U32(reading.exchange_connection_mode.value_or(0));
  writer.U32(reading.outbox_items.value_or(0));
  writer.I64(reading.empty() ? 0 : AgeAt(sent_us, reading.at));
}

void Encode(ShutdownReason reason, std::vector<std::uint8_t>& out) {
  Writer writer(FrameType::kShutdown, out);
  writer.U8(static_cast<std::uint8_t>(reason));
}

void Encode(Refresh, std::vector<std::uint8_t>& out) { const Writer writer(FrameType::kRefresh, out); }

const char* Describe(Malformed fault) noexcept {
  switch (fault) {
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
      return "a value that is not defined";
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
  if (header.fault() || buffer_.size() - read_ - kHeaderBytes < length) {
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

void FrameSplitter::Break(Malformed fault) noexcept {
  broken_ = fault;
  buffer_.clear();
  read_ = 0;
}

Decoded<AgentFrame> AgentFrameDecoder::Next(const Timestamp& now) {
  while (frames_.Next()) {
    Reader payload(frames_.payload(), frames_.size());
    std::optional<AgentFrame> frame;
    switch (frames_.type()) {
      case FrameType::kHello:
        frame = ReadHello(payload, peer_version_);
        break;
      case FrameType::kStatus:
        frame = ReadStatus(payload, now, peer_accepts_refresh_);
        break;
      case FrameType::kShutdown:
        frame = ReadShutdown(payload);
        break;
      case FrameType::kRefresh:  // not sent by agents
        break;
    }
    if (payload.fault()) {
      frames_.Break(*payload.fault());
    } else if (frame) {
      return *std::move(frame);
    }
  }
  if (frames_.broken()) return *frames_.broken();
  return NeedMore{};
}

Decoded<ClientFrame> ClientFrameDecoder::Next() {
  while (frames_.Next()) {
    if (frames_.type() == FrameType::kRefresh) return ClientFrame(Refresh{});
  }
  if (frames_.broken()) return *frames_.broken();
  return NeedMore{};
}

}  // namespace offline_state
