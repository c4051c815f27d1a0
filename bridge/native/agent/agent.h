// The agent: what lives in Outlook. Monitor (MAPI) -> mailbox -> channel server. Portable; hosted by the COM add-in
// (agent/com/, Windows) and by the simulated Outlook.
#pragma once

#include <memory>
#include <string>

#include "agent/readings.h"
#include "channel/server.h"
#include "mapi/mapi_library.h"

namespace offline_state {

struct AgentOptions {
  std::string home;                   // UTF-8; empty = the default home
  std::string outlook;                // version of Outlook, e.g. "16.0.17328.20184"
  std::u16string profile;             // MAPI profile name
  HrOpenOfflineObjFn open = nullptr;  // nullptr: the source is unavailable, mapi-missing
  // For readings; see Readings::Parts. Both are let go by Disconnect.
  std::shared_ptr<MainThread> main_thread = nullptr;
  std::shared_ptr<ObjectModel> object_model = nullptr;
};

class Agent {
 public:
  Agent() noexcept;
  ~Agent();  // disconnects with kOutlookCloses
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Begins to serve and advises. Outlook's main thread; returns at once; never throws: what failed is told on the
  // channel, and a channel that cannot be made leaves the agent idle (false; error() says why). Does nothing when
  // it is connected already; may be called again after Disconnect.
  bool Connect(const AgentOptions& options) noexcept;

  // Why Connect answered false; for a log. English.
  const std::string& error() const noexcept { return error_; }

  // Something has happened that is worth a reading: an item was sent, say, or a window of Outlook's was activated,
  // which counts every 10 s at most. Outlook's main thread; return at once, and read later.
  void RequestReading() noexcept;
  void WindowActivated() noexcept;

  // Unadvises, says goodbye to the clients and joins the agent's thread (which never waits on a peer). Idempotent.
  // Outlook's main thread; also from within a reading, should Outlook handle messages meanwhile.
  void Disconnect(Goodbye why) noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string error_;
};

}  // namespace offline_state
