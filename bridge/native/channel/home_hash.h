// What tells the names of two homes apart where a name cannot carry the home's path.
#pragma once

#include <string>
#include <string_view>

namespace offline_state {

// FNV-1a, 64 bits, as 16 lower-case hex digits. `canonical`: one spelling per home.
std::string HomeHash(std::string_view canonical);

}  // namespace offline_state
