// The bridge's end of the channel: finds the agent, checks who it is, follows it, and says what is true when there is
// none. Platform code: client_posix.cc, client_windows.cc; what both share: session.h (frames -> reports).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/present.h"
#include "channel/frames.h"

namespace offline_state {

// Everything that is known now. Each report is complete: a listener may drop all but the newest.
struct Report {
  std::uint64_t number = 0;  // the agent's number; 0 while there is no agent
  State state = State::kUnknown;
  bool since_known = false;
  Moment since;  // on this process's clocks
  // When a notification or a reading last said the state, on this process's clocks; nothing while it is unknown.
  std::optional<Moment> confirmed;
  Reading reading;  // as the agent's, on this process's clocks
  Source source;
  Hello agent;         // meaningful while a channel is open
  std::string detail;  // what a help desk wants to know beside reason and code; UTF-8, English; may be empty
};

class ChannelClient {
 public:
  using Listener = std::function<void(const Report&)>;

  // `listener` is called on the client's own thread, first with what is known at once (never later than 1 s after the
  // start). It must not call Stop. Throws std::runtime_error when no address can be made of `home`.
  static std::unique_ptr<ChannelClient> Start(const std::string& home, Listener listener);

  // A pane has connected: asks the agent for a reading or, while there is none, looks again whether Outlook runs
  // without it. Any thread; returns at once.
  virtual void Refresh() noexcept = 0;

  // No call of the listener begins after Stop has returned. Joins the thread; bounded. Idempotent.
  virtual void Stop() noexcept = 0;
  virtual ~ChannelClient() = default;
};

}  // namespace offline_state
