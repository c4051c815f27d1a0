#include "simulated/provider_command.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>

#include "simulated/capability_names.h"

namespace offline_state {
namespace {

const std::string kSetCapabilities = "capabilities ";

int Obey(SimulatedMapi& mapi, const std::string& command, std::string& answer) {
  if (command == "noise") {
    answer = "sent " + std::to_string(mapi.SendNoise()) + " notifications that are to be ignored";
    return 0;
  }
  if (command.compare(0, kSetCapabilities.size(), kSetCapabilities) == 0) {
    const std::string wanted = command.substr(kSetCapabilities.size());
    if (const std::optional<ULONG> capabilities = CapabilitiesOf(wanted)) {
      mapi.SetCapabilities(*capabilities);
      answer = "capabilities " + wanted;
      return 0;
    }
    answer = "Unknown capabilities \"" + wanted + "\". There are: none, online, offline, both.";
    return 1;
  }
  answer = "The simulated MAPI has no command \"" + command + "\".";
  return 1;
}

}  // namespace

int ObeyProviderCommand(SimulatedMapi& mapi, const char* command, char* answer, std::size_t size) noexcept {
  try {
    std::string text;
    const int result = Obey(mapi, command == nullptr ? "" : command, text);
    GiveAnswer(text, answer, size);
    return result;
  } catch (const std::exception& error) {
    GiveAnswer(error.what(), answer, size);
    return 1;
  }
}

void GiveAnswer(const std::string& text, char* answer, std::size_t size) noexcept {
  if (answer == nullptr || size == 0) return;
  const std::size_t length = std::min(text.size(), size - 1);
  std::memcpy(answer, text.data(), length);
  answer[length] = '\0';
}

}  // namespace offline_state
