#include "simulated/simulated_outlook.h"

#include <charconv>
#include <utility>

namespace offline_state {
namespace {

constexpr std::size_t kMaxAnswer = 256;

constexpr std::uint32_t kMaxOutbox = 1'000'000;

// Whether `line` is `command`, and what follows it.
bool Is(const std::string& line, const std::string& command, std::string& rest) {
  if (line.compare(0, command.size(), command) != 0) return false;
  if (line.size() == command.size()) rest.clear();
  if (line.size() > command.size()) {
    if (line[command.size()] != ' ') return false;
    rest = line.substr(command.size() + 1);
  }
  return true;
}

}  // namespace

SimulatedOutlook::SimulatedOutlook(OfflineObject offline_object, SimulatedMapiCommandFn provider, AddIn& add_in,
                                   SimulatedSession& session, std::string profile)
    : offline_object_(std::move(offline_object)),
      provider_(provider),
      add_in_(add_in),
      session_(session),
      profile_(std::move(profile)) {}

Answer SimulatedOutlook::Obey(const std::string& line) {
  std::string rest;
  if (line == "online") return GoTo(MAPIOFFLINE_STATE_ONLINE);
  if (line == "offline") return GoTo(MAPIOFFLINE_STATE_OFFLINE);
  if (line == "noise") return AskProvider(line);
  if (Is(line, "silent", rest)) return GoSilently(line);
  if (Is(line, "transition", rest)) return AskProvider(line);
  if (Is(line, "capabilities", rest)) return SetCapabilities(line);
  if (Is(line, "outbox", rest)) return SetOutbox(rest);
  if (Is(line, "connection", rest)) return SetConnection(rest);
  if (line == "tick") return Tick();
  if (line == "untick") return Untick();
  if (line == "state") return Describe();
  if (line == "quit") {
    add_in_.Untick(Goodbye::kOutlookCloses);
    return {true, "Outlook closes", Ending::kQuit};
  }
  if (line == "exit") return {true, "Outlook exits at once", Ending::kExit};
  if (line == "crash") return {true, "Outlook crashes", Ending::kCrash};
  return {false, "Unknown command \"" + line +
                     "\". There are: online, offline, silent <online|offline>, transition <start|statechange|done> "
                     "<online|offline>, noise, capabilities <none|online|offline|both>, outbox <count>, connection "
                     "<none|working-offline|disconnected|connected>, untick, tick, quit, exit, crash, state."};
}

Ending SimulatedOutlook::Serve(const std::function<bool(std::string&)>& next_line, std::FILE* output) {
  std::string line;
  while (next_line(line)) {
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

Answer SimulatedOutlook::GoTo(ULONG state) {
  Answer answer = offline_object_.GoTo(state);
  if (answer.ok) session_.FollowState(state == MAPIOFFLINE_STATE_ONLINE);
  return answer;
}

Answer SimulatedOutlook::GoSilently(const std::string& command) {
  Answer answer = AskProvider(command);
  if (answer.ok) session_.FollowState(command == "silent online");
  return answer;
}

Answer SimulatedOutlook::SetOutbox(const std::string& count) {
  std::uint32_t items = 0;
  const char* const end = count.data() + count.size();
  const auto [read_to, error] = std::from_chars(count.data(), end, items);
  if (error != std::errc() || read_to != end || items > kMaxOutbox) {
    return {false, "outbox takes a number of items, 0 to " + std::to_string(kMaxOutbox) + ", not \"" + count + "\"."};
  }
  const bool was_sent = items > std::exchange(session_.outbox_items, items);
  if (was_sent) add_in_.ItemSent();
  return {true, "outbox " + count};
}

Answer SimulatedOutlook::SetConnection(const std::string& name) {
  const std::optional<std::uint32_t> mode = ConnectionModeOf(name);
  if (!mode) {
    return {false, "Unknown connection \"" + name + "\". There are: none, working-offline, disconnected, connected."};
  }
  session_.ChooseMode(*mode);
  return {true, "connection " + name};
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
