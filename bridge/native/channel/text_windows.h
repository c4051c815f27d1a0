// UTF-8, which our own code speaks, and UTF-16, which Windows speaks. Windows only.
#pragma once

#include <string>
#include <string_view>

namespace offline_state {

// What is not well-formed becomes U+FFFD: a name that is shown is better than none.
std::wstring WideText(std::string_view utf8);
std::string Utf8Text(std::wstring_view wide);

}  // namespace offline_state
