// UTF-8 text: validation, limits, and conversion from Outlook's UTF-16.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace offline_state {

// Well-formed by Unicode's table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
bool IsUtf8(std::string_view bytes) noexcept;

// At most `limit` bytes of `text`, cut between two characters; a byte that belongs to no character becomes "?".
std::string BoundedUtf8(std::string_view text, std::size_t limit);

// A surrogate without its partner becomes U+FFFD.
std::string Utf8Of(std::u16string_view text);

}  // namespace offline_state
