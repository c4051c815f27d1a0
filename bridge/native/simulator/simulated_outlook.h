// The simulated Outlook: executes commands. Portable; posix/main.cc and windows/main.cc run it as a process.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "channel/frame.h"
#include "simulator/command_line.h"
#include "simulator/mapi_client.h"
#include "simulator/provider.h"
#include "simulator/simulated_session.h"

namespace offline_state {

// The add-in, which can be enabled and disabled as in Outlook's list of COM add-ins.
class HostedAddIn {
 public:
  virtual ~HostedAddIn() = default;

  // Does nothing if it is enabled. False, with the reason in `error`, if it could not start; it stays disabled then.
  virtual bool Enable(std::string& error) = 0;
  // Does nothing if it is disabled.
  virtual void Disable(ShutdownReason reason) = 0;
  // Outlook's event ItemSend.
  virtual void OnItemSent() = 0;

  virtual bool is_enabled() const = 0;
};

class SimulatedOutlook {
 public:
  // `provider` is the private export of the simulated MAPI, or null if another provider is loaded. `profile` is UTF-8.
  // `add_in` and `session` must outlive this object.
  SimulatedOutlook(MapiClient mapi, SimulatedMapiCommandFn provider, HostedAddIn& add_in, SimulatedSession& session,
                   std::string profile);

  //   online, offline               change the state by the documented SetCurrentState
  //   silent <state>                change the state without a notification
  //   transition <type> <state>     send one notification of a change: start, statechange or done
  //   noise                         send notifications that clients must ignore
  //   capabilities <which>          none, online, offline or both; reopens the offline object of the add-in
  //   outbox <count>                set the number of items in the Outbox; more than before means that one was sent
  //   connection <which>            none, working-offline, disconnected or connected
  //   untick, tick                  disable and enable the add-in
  //   quit, exit, crash             see ProcessExit; quit has notified the add-in when this returns
  //   state                         describe the state, the capabilities, the profile and the add-in
  CommandResult Run(const std::string& line);

  // Runs the lines that `next_line` returns and writes the results to `output`, until a command ends the process or
  // there are no more lines (kExit).
  ProcessExit Serve(const std::function<bool(std::string&)>& next_line, std::FILE* output);

 private:
  CommandResult RunInProvider(const std::string& command) const;
  CommandResult SetState(ULONG state);
  CommandResult SetStateSilently(const std::string& command);
  CommandResult SetCapabilities(const std::string& command);
  CommandResult SetOutbox(const std::string& count);
  CommandResult SetConnection(const std::string& name);
  CommandResult EnableAddIn();
  CommandResult DisableAddIn();
  CommandResult Describe() const;

  const MapiClient mapi_;
  const SimulatedMapiCommandFn provider_;
  HostedAddIn& add_in_;
  SimulatedSession& session_;
  const std::string profile_;
};

}  // namespace offline_state
