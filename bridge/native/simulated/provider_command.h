// What the private export of the simulated MAPI (provider_library.h) does.
#pragma once

#include <cstddef>
#include <string>

#include "simulated/simulated_mapi.h"

namespace offline_state {

// Once the process is known to be Outlook's: does `command`, answers as the export is documented to.
int ObeyProviderCommand(SimulatedMapi& mapi, const char* command, char* answer, std::size_t size) noexcept;

// Copies `text` to `answer`, cut to `size` bytes with its zero.
void GiveAnswer(const std::string& text, char* answer, std::size_t size) noexcept;

}  // namespace offline_state
