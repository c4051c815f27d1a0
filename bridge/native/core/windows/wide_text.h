// Conversion between UTF-8, which this project uses, and the UTF-16 of Windows. Windows only.
#pragma once

#include <string>
#include <string_view>

namespace offline_state {

// What is not well-formed becomes U+FFFD.
std::wstring WideText(std::string_view utf8);
std::string Utf8Text(std::wstring_view wide);

}  // namespace offline_state
