#include "core/text.h"

#include <cstdint>

namespace offline_state {
namespace {

struct Lead {
  std::size_t length;        // bytes of the character; 0: not a first byte
  unsigned char second_low;  // the second byte's range; the others are 0x80..0xBF
  unsigned char second_high;
};

Lead LeadOf(unsigned char first) noexcept {
  if (first <= 0x7F) return {1, 0, 0};
  if (first >= 0xC2 && first <= 0xDF) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first >= 0xF1 && first <= 0xF3) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// Bytes of the well-formed character at the start of `bytes` (not empty); 0 when there is none.
std::size_t CharacterLength(std::string_view bytes) noexcept {
  const auto at = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const Lead lead = LeadOf(at(0));
  if (lead.length <= 1) return lead.length;
  if (bytes.size() < lead.length) return 0;
  if (at(1) < lead.second_low || at(1) > lead.second_high) return 0;
  for (std::size_t index = 2; index < lead.length; ++index) {
    if (at(index) < 0x80 || at(index) > 0xBF) return 0;
  }
  return lead.length;
}

void AppendCodePoint(std::uint32_t code, std::string& out) {
  const auto tail = [&](unsigned shift) { out.push_back(static_cast<char>(0x80U | ((code >> shift) & 0x3FU))); };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xC0U | (code >> 6)));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xE0U | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xF0U | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

bool IsHighSurrogate(std::uint32_t unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool IsLowSurrogate(std::uint32_t unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

}  // namespace

bool IsUtf8(std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t length = CharacterLength(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

std::string BoundedUtf8(std::string_view text, std::size_t limit) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    const std::string_view next = length == 0 ? std::string_view("?") : text.substr(0, length);
    if (out.size() + next.size() > limit) break;
    out.append(next);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string Utf8Of(std::u16string_view text) {
  std::string out;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const std::uint32_t unit = text[index];
    if (IsHighSurrogate(unit) && index + 1 < text.size() && IsLowSurrogate(text[index + 1])) {
      AppendCodePoint(0x10000 + ((unit - 0xD800) << 10) + (text[++index] - 0xDC00U), out);
    } else {
      AppendCodePoint(IsHighSurrogate(unit) || IsLowSurrogate(unit) ? 0xFFFD : unit, out);
    }
  }
  return out;
}

}  // namespace offline_state
