#include "simulated/simulated_outlook.h"

#include <utility>

namespace offline_state {
namespace {

constexpr std::size_t kMaxAnswer = 256;

bool IsCapabilities(const std::string& line) { return line == "capabilities" || line.rfind("capabilities ", 0) == 0; }

}  // namespace

SimulatedOutlook::SimulatedOutlook(OfflineObject offline_object, SimulatedMapiCommandFn provider, AddIn& add_in,
                                   std::string profile)
    : offline_object_(std::move(offline_object)), provider_(provider), add_in_(add_in), profile_(std::move(profile)) {}

Answer SimulatedOutlook::Obey(const std::string& line) {
  if (line == "online") return offline_object_.GoTo(MAPIOFFLINE_STATE_ONLINE);
  if (line == "offline") return offline_object_.GoTo(MAPIOFFLINE_STATE_OFFLINE);
  if (line == "noise") return AskProvider(line);
  if (IsCapabilities(line)) return SetCapabilities(line);
  if (line == "tick") return Tick();
  if (line == "untick") return Untick();
  if (line == "state") return Describe();
  if (line == "quit") {
    add_in_.Untick(Goodbye::kOutlookCloses);
    return {true, "Outlook closes", Ending::kQuit};
  }
  if (line == "exit") return {true, "Outlook exits at once", Ending::kExit};
  if (line == "crash") return {true, "Outlook crashes", Ending::kCrash};
  return {false,
          "Unknown command \"" + line +
              "\". There are: online, offline, noise, capabilities <none|online|offline|both>, untick, tick, quit, "
              "exit, crash, state."};
}

Ending SimulatedOutlook::Serve(std::FILE* input, std::FILE* output) {
  std::string line;
  while (ReadLine(input, line)) {
    const Answer answer = Obey(line);
    if (!WriteLine(output, LineOf(answer))) return Ending::kExit;
    if (answer.ending != Ending::kNone) return answer.ending;
  }
  return Ending::kExit;
}

Answer SimulatedOutlook::AskProvider(const std::string& command) const {
  if (provider_ == nullptr) {
    return {false, "This Outlook's MAPI cannot do \"" + command + "\": it is not the simulated one."};
  }
  char text[kMaxAnswer] = "";
  const bool ok = provider_(command.c_str(), text, sizeof text) == 0;
  return {ok, text};
}

Answer SimulatedOutlook::SetCapabilities(const std::string& command) {
  Answer answer = AskProvider(command);
  if (!answer.ok || !add_in_.is_ticked()) return answer;
  // An offline object keeps the capabilities that it was opened with.
  add_in_.Untick(Goodbye::kAddInDisconnected);
  const Answer ticked = Tick();
  return ticked.ok ? answer : ticked;
}

Answer SimulatedOutlook::Tick() {
  if (add_in_.is_ticked()) return {true, "the add-in is ticked already"};
  std::string error;
  if (!add_in_.Tick(error)) return {false, "The agent cannot serve: " + error};
  return {true, "the add-in is ticked"};
}

Answer SimulatedOutlook::Untick() {
  if (!add_in_.is_ticked()) return {true, "the add-in is unticked already"};
  add_in_.Untick(Goodbye::kAddInDisconnected);
  return {true, "the add-in is unticked"};
}

Answer SimulatedOutlook::Describe() const {
  Answer answer = offline_object_.Describe();
  answer.text += std::string(answer.ok ? "," : "") + " profile \"" + profile_ + "\", add-in " +
                 (add_in_.is_ticked() ? "ticked" : "unticked");
  return answer;
}

}  // namespace offline_state
