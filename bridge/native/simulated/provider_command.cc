#include "simulated/provider_command.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>

#include "simulated/capability_names.h"

namespace offline_state {
namespace {

const std::string kSetCapabilities = "capabilities ";

std::optional<ULONG> StateOf(const std::string& name) {
  if (name == "online") return MAPIOFFLINE_STATE_ONLINE;
  if (name == "offline") return MAPIOFFLINE_STATE_OFFLINE;
  return std::nullopt;
}

std::optional<MAPIOFFLINE_NOTIFY_TYPE> TypeOf(const std::string& name) {
  if (name == "start") return MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START;
  if (name == "statechange") return MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE;
  if (name == "done") return MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_DONE;
  return std::nullopt;
}

// "silent offline", "transition start offline".
int Change(SimulatedMapi& mapi, const std::string& command, std::string& answer) {
  const std::size_t last = command.rfind(' ');
  const std::string state_name = command.substr(last + 1);
  const std::size_t first = command.find(' ');
  const bool is_transition = command.compare(0, first, "transition") == 0;
  const std::string type_name = first == last ? "" : command.substr(first + 1, last - first - 1);
  const std::optional<MAPIOFFLINE_NOTIFY_TYPE> type = TypeOf(type_name);
  const std::optional<ULONG> state = StateOf(state_name);
  if (!state || (is_transition ? !type : first != last)) {
    answer = "Not understood: \"" + command +
             "\". There are: silent <online|offline>, transition <start|statechange|done> <online|offline>.";
    return 1;
  }
  if (type) {
    mapi.SendTransition(*type, *state);
    answer = "notified " + type_name + " " + state_name;
  } else {
    mapi.SetStateSilently(*state);
    answer = state_name + ", not notified";
  }
  return 0;
}

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
  if (command.rfind("silent ", 0) == 0 || command.rfind("transition ", 0) == 0) return Change(mapi, command, answer);
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
