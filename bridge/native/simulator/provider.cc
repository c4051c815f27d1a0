#include "simulator/provider.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>

#include "simulator/command_words.h"
#include "simulator/simulated_mapi.h"

namespace offline_state {
namespace {

const std::string kSetCapabilities = "capabilities ";

// "silent offline", "transition start offline".
int RunChange(SimulatedMapi& mapi, const std::string& command, std::string& reply) {
  const std::size_t last = command.rfind(' ');
  const std::string state_name = command.substr(last + 1);
  const std::size_t first = command.find(' ');
  const bool is_transition = command.compare(0, first, "transition") == 0;
  const std::string type_name = first == last ? "" : command.substr(first + 1, last - first - 1);
  const std::optional<MAPIOFFLINE_NOTIFY_TYPE> type = ValueOf(kNotificationWords, type_name);
  const std::optional<ULONG> state = ValueOf(kStateWords, state_name);
  if (!state || (is_transition ? !type : first != last)) {
    reply = "Invalid command \"" + command +
            "\". Use silent <online|offline> or transition <start|statechange|done> <online|offline>.";
    return 1;
  }
  if (type) {
    mapi.SendTransition(*type, *state);
    reply = "notified " + type_name + " " + state_name;
  } else {
    mapi.SetStateSilently(*state);
    reply = state_name + ", not notified";
  }
  return 0;
}

int Run(SimulatedMapi& mapi, const std::string& command, std::string& reply) {
  if (command == "noise") {
    reply = "sent " + std::to_string(mapi.SendNoise()) + " notifications that clients must ignore";
    return 0;
  }
  if (command.compare(0, kSetCapabilities.size(), kSetCapabilities) == 0) {
    const std::string wanted = command.substr(kSetCapabilities.size());
    if (const std::optional<ULONG> capabilities = ValueOf(kCapabilityWords, wanted)) {
      mapi.SetCapabilities(*capabilities);
      reply = "capabilities " + wanted;
      return 0;
    }
    reply = "Unknown capabilities \"" + wanted + "\". Use one of: none, online, offline, both.";
    return 1;
  }
  if (command.rfind("silent ", 0) == 0 || command.rfind("transition ", 0) == 0) return RunChange(mapi, command, reply);
  reply = "The simulated MAPI has no command \"" + command + "\".";
  return 1;
}

}  // namespace

int RunProviderCommand(SimulatedMapi& mapi, const char* command, char* reply, std::size_t size) noexcept {
  try {
    std::string text;
    const int result = Run(mapi, command == nullptr ? "" : command, text);
    CopyReply(text, reply, size);
    return result;
  } catch (const std::exception& error) {
    CopyReply(error.what(), reply, size);
    return 1;
  }
}

void CopyReply(const std::string& text, char* reply, std::size_t size) noexcept {
  if (reply == nullptr || size == 0) return;
  const std::size_t length = std::min(text.size(), size - 1);
  std::memcpy(reply, text.data(), length);
  reply[length] = '\0';
}

}  // namespace offline_state
