// The bridge's end of the channel: connects to the agent, checks who it is, and reports the newest status; while there
// is no agent, the reason. Platform code: posix/client.cc, windows/client.cc. Both use client_session.h.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "channel/frame.h"
#include "core/status.h"

namespace offline_state {

// A status as the bridge reports it, from the agent or, with number 0, made here while there is none. Its timestamps
// are on this process's clocks.
struct ClientStatus : Status {
  Hello agent;         // meaningful while the channel is open
  std::string detail;  // for a help desk, in addition to reason and code; UTF-8, English; may be empty
};

class ChannelClient {
 public:
  using Listener = std::function<void(const ClientStatus&)>;

  // Calls `listener` on the client's own thread: first within 1 s, then after each change. It must not call Stop.
  // Throws std::runtime_error if `data_directory` has no address.
  static std::unique_ptr<ChannelClient> Start(const std::string& data_directory, Listener listener);

  // Asks the agent for a reading or, while there is none, checks again whether Outlook runs. Any thread; returns at
  // once.
  virtual void Refresh() noexcept = 0;

  // Joins the thread within bounded time; the listener is not called after that. Idempotent.
  virtual void Stop() noexcept = 0;
  virtual ~ChannelClient() = default;
};

}  // namespace offline_state
