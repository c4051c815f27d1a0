// The agent: what lives in Outlook. Monitor (MAPI) -> mailbox -> channel server. Portable; hosted by the COM add-in
// (agent/com/, Windows) and by the simulated Outlook.
#pragma once

#include <memory>
#include <string>

#include "channel/server.h"
#include "mapi/mapi_library.h"

namespace offline_state {

struct AgentOptions {
  std::string home;                   // UTF-8; empty = the default home
  std::string outlook;                // version of Outlook, e.g. "16.0.17328.20184"
  std::u16string profile;             // MAPI profile name
  HrOpenOfflineObjFn open = nullptr;  // nullptr: the source is unavailable, mapi-missing
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

  // Unadvises, says goodbye to the clients and joins the agent's thread (which never waits on a peer). Idempotent.
  void Disconnect(Goodbye why) noexcept;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string error_;
};

}  // namespace offline_state
