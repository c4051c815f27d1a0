// The agent, which runs inside Outlook: MAPI -> Monitor and NotifySink -> StatusTracker -> ChannelServer. Portable;
// hosted by the COM add-in (agent/windows/) and by the simulator.
#pragma once

#include <memory>
#include <string>

#include "agent/readings.h"
#include "channel/server.h"
#include "mapi/mapi_library.h"

namespace offline_state {

struct AgentOptions {
  std::string data_directory;         // UTF-8; empty: that of the environment
  std::string outlook;                // version of Outlook, e.g. "16.0.17328.20184"
  std::u16string profile;             // MAPI profile name
  HrOpenOfflineObjFn open = nullptr;  // nullptr: the source is unavailable, mapi-missing
  // For readings; see Readings::Parts. Both are released by Disconnect.
  std::shared_ptr<MainThread> main_thread = nullptr;
  std::shared_ptr<ObjectModel> object_model = nullptr;
};

// All methods must be called on Outlook's main thread.
class Agent {
 public:
  Agent() noexcept;
  ~Agent();  // disconnects with kOutlookClosing
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Starts the channel server and advises. Returns at once. A failure of MAPI is reported on the channel; without a
  // channel the agent stays idle (false; error() returns the reason). Does nothing if it is connected; may be called
  // again after Disconnect.
  bool Connect(const AgentOptions& options) noexcept;

  // Why Connect returned false; English, for a log.
  const std::string& error() const noexcept { return error_; }

  // Something happened that makes a reading worthwhile: an item was sent, for example, or a window of Outlook was
  // activated, which counts every 10 s at most. Both return at once; the reading follows.
  void RequestReading() noexcept;
  void WindowActivated() noexcept;

  // Unadvises, sends shutdown to the clients and joins the agent's thread, which never waits for a peer. Idempotent.
  // May be called during a reading, if Outlook handles messages meanwhile.
  void Disconnect(ShutdownReason reason) noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string error_;
};

}  // namespace offline_state
