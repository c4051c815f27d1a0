// The simulated Outlook's answers to its commands. Portable: what a platform does differently is in its main file.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "simulated/add_in.h"
#include "simulated/offline_object.h"
#include "simulated/outlook_command.h"
#include "simulated/provider_library.h"
#include "simulated/simulated_session.h"

namespace offline_state {

class SimulatedOutlook {
 public:
  // `provider` is the private export of the simulated MAPI, null when another provider is loaded. `profile` is UTF-8.
  // `add_in` and `session` must outlive it.
  SimulatedOutlook(OfflineObject offline_object, SimulatedMapiCommandFn provider, AddIn& add_in,
                   SimulatedSession& session, std::string profile);

  // Does what `line` says. For quit the add-in has been told when this returns.
  //   online, offline               goes there by the documented SetCurrentState
  //   silent <state>                goes there and notifies nobody
  //   transition <type> <state>     one notification of a change: start, statechange or done
  //   noise                         notifications that a client must ignore
  //   capabilities <which>          none, online, offline or both; the add-in's object is opened anew
  //   outbox <count>                items in the Outbox; when there are more than before, one has been sent
  //   connection <which>            none, working-offline, disconnected or connected
  //   untick, tick                  the add-in
  //   quit, exit, crash             see Ending
  //   state                         what is the case
  Answer Obey(const std::string& line);

  // Answers on `output` the lines that `next_line` gives, until one ends the process or there is none (kExit).
  Ending Serve(const std::function<bool(std::string&)>& next_line, std::FILE* output);

 private:
  Answer AskProvider(const std::string& command) const;
  Answer GoTo(ULONG state);
  Answer GoSilently(const std::string& command);
  Answer SetCapabilities(const std::string& command);
  Answer SetOutbox(const std::string& count);
  Answer SetConnection(const std::string& name);
  Answer Tick();
  Answer Untick();
  Answer Describe() const;

  const OfflineObject offline_object_;
  const SimulatedMapiCommandFn provider_;
  AddIn& add_in_;
  SimulatedSession& session_;
  const std::string profile_;
};

}  // namespace offline_state
