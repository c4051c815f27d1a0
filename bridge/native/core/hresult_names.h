// Names of the result codes of MAPI and COM, for logs and messages.
#pragma once

#include <cstdint>
#include <string>

namespace offline_state {

// "MAPI_E_NOT_FOUND" for 0x8004010F; nullptr for a code without a name here.
const char* NameOfHresult(std::int32_t code) noexcept;

// "MAPI_E_NOT_FOUND (0x8004010F)", or "0x80041234" for a code without a name here.
std::string DescribeHresult(std::int32_t code);

}  // namespace offline_state
