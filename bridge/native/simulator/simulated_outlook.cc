#include "simulator/simulated_outlook.h"

#include <charconv>
#include <utility>

#include "simulator/command_words.h"

namespace offline_state {
namespace {

constexpr std::size_t kMaxReply = 256;
constexpr std::uint32_t kMaxOutbox = 1'000'000;

constexpr NamedValue<std::uint32_t> kConnectionWords[] = {{"none", kNoExchange},
                                                          {"working-offline", kCachedOffline},
                                                          {"disconnected", kCachedDisconnected},
                                                          {"connected", kCachedConnectedFull}};

// Whether `line` is `command`, with or without arguments, which go to `arguments`.
bool IsCommand(const std::string& line, const std::string& command, std::string& arguments) {
  if (line.compare(0, command.size(), command) != 0) return false;
  if (line.size() == command.size()) arguments.clear();
  if (line.size() > command.size()) {
    if (line[command.size()] != ' ') return false;
    arguments = line.substr(command.size() + 1);
  }
  return true;
}

}  // namespace

SimulatedOutlook::SimulatedOutlook(MapiClient mapi, SimulatedMapiCommandFn provider, HostedAddIn& add_in,
                                   SimulatedSession& session, std::string profile)
    : mapi_(std::move(mapi)), provider_(provider), add_in_(add_in), session_(session), profile_(std::move(profile)) {}

CommandResult SimulatedOutlook::Run(const std::string& line) {
  std::string arguments;
  if (line == "online") return SetState(MAPIOFFLINE_STATE_ONLINE);
  if (line == "offline") return SetState(MAPIOFFLINE_STATE_OFFLINE);
  if (line == "noise") return RunInProvider(line);
  if (IsCommand(line, "silent", arguments)) return SetStateSilently(line);
  if (IsCommand(line, "transition", arguments)) return RunInProvider(line);
  if (IsCommand(line, "capabilities", arguments)) return SetCapabilities(line);
  if (IsCommand(line, "outbox", arguments)) return SetOutbox(arguments);
  if (IsCommand(line, "connection", arguments)) return SetConnection(arguments);
  if (line == "tick") return EnableAddIn();
  if (line == "untick") return DisableAddIn();
  if (line == "state") return Describe();
  if (line == "quit") {
    add_in_.Disable(ShutdownReason::kOutlookClosing);
    return {true, "Outlook closes", ProcessExit::kQuit};
  }
  if (line == "exit") return {true, "Outlook exits immediately", ProcessExit::kExit};
  if (line == "crash") return {true, "Outlook crashes", ProcessExit::kCrash};
  return {false, "Unknown command \"" + line +
                     "\". Commands: online, offline, silent <online|offline>, transition <start|statechange|done> "
                     "<online|offline>, noise, capabilities <none|online|offline|both>, outbox <count>, connection "
                     "<none|working-offline|disconnected|connected>, untick, tick, quit, exit, crash, state."};
}

ProcessExit SimulatedOutlook::Serve(const std::function<bool(std::string&)>& next_line, std::FILE* output) {
  std::string line;
  while (next_line(line)) {
    const CommandResult result = Run(line);
    if (!WriteLine(output, FormatResult(result))) return ProcessExit::kExit;
    if (result.exit != ProcessExit::kNone) return result.exit;
  }
  return ProcessExit::kExit;
}

CommandResult SimulatedOutlook::RunInProvider(const std::string& command) const {
  if (provider_ == nullptr) {
    return {false, "\"" + command + "\" needs the simulated MAPI, but another provider is loaded."};
  }
  char text[kMaxReply] = "";
  const bool ok = provider_(command.c_str(), text, sizeof text) == 0;
  return {ok, text};
}

CommandResult SimulatedOutlook::SetState(ULONG state) {
  CommandResult result = mapi_.SetState(state);
  if (result.ok) session_.FollowState(state == MAPIOFFLINE_STATE_ONLINE);
  return result;
}

CommandResult SimulatedOutlook::SetStateSilently(const std::string& command) {
  CommandResult result = RunInProvider(command);
  if (result.ok) session_.FollowState(command == "silent online");
  return result;
}

CommandResult SimulatedOutlook::SetOutbox(const std::string& count) {
  std::uint32_t items = 0;
  const char* const end = count.data() + count.size();
  const auto [read_to, error] = std::from_chars(count.data(), end, items);
  if (error != std::errc() || read_to != end || items > kMaxOutbox) {
    return {false,
            "outbox needs a number of items from 0 to " + std::to_string(kMaxOutbox) + ", not \"" + count + "\"."};
  }
  const bool was_sent = items > std::exchange(session_.outbox_items, items);
  if (was_sent) add_in_.OnItemSent();
  return {true, "outbox " + count};
}

CommandResult SimulatedOutlook::SetConnection(const std::string& name) {
  const std::optional<std::uint32_t> mode = ValueOf(kConnectionWords, name);
  if (!mode) {
    return {false, "Unknown connection \"" + name + "\". Use one of: none, working-offline, disconnected, connected."};
  }
  session_.SetMode(*mode);
  return {true, "connection " + name};
}

CommandResult SimulatedOutlook::SetCapabilities(const std::string& command) {
  CommandResult result = RunInProvider(command);
  if (!result.ok || !add_in_.is_enabled()) return result;
  // The add-in must open another offline object, because an object keeps the capabilities that it was opened with.
  add_in_.Disable(ShutdownReason::kAddInDisconnected);
  const CommandResult enabled = EnableAddIn();
  return enabled.ok ? result : enabled;
}

CommandResult SimulatedOutlook::EnableAddIn() {
  if (add_in_.is_enabled()) return {true, "the add-in is already ticked"};
  std::string error;
  if (!add_in_.Enable(error)) return {false, "The agent could not start: " + error};
  return {true, "the add-in is ticked"};
}

CommandResult SimulatedOutlook::DisableAddIn() {
  if (!add_in_.is_enabled()) return {true, "the add-in is already unticked"};
  add_in_.Disable(ShutdownReason::kAddInDisconnected);
  return {true, "the add-in is unticked"};
}

CommandResult SimulatedOutlook::Describe() const {
  CommandResult result = mapi_.Describe();
  result.text += std::string(result.ok ? "," : "") + " profile \"" + profile_ + "\", add-in " +
                 (add_in_.is_enabled() ? "ticked" : "unticked");
  return result;
}

}  // namespace offline_state
