// The simulated Outlook's answers to its commands. Portable: what a platform does differently is in its main file.
#pragma once

#include <string>

#include "simulated/add_in.h"
#include "simulated/offline_object.h"
#include "simulated/outlook_command.h"
#include "simulated/provider_library.h"

namespace offline_state {

class SimulatedOutlook {
 public:
  // `provider` is the private export of the simulated MAPI, null when another provider is loaded. `profile` is UTF-8.
  SimulatedOutlook(OfflineObject offline_object, SimulatedMapiCommandFn provider, AddIn& add_in, std::string profile);

  // Does what `line` says. For quit the add-in has been told when this returns.
  //   online, offline               goes there by the documented SetCurrentState
  //   noise                         notifications that a client must ignore
  //   capabilities <which>          none, online, offline or both; the add-in's object is opened anew
  //   untick, tick                  the add-in
  //   quit, exit, crash             see Ending
  //   state                         what is the case
  Answer Obey(const std::string& line);

  // Answers the lines of `input` on `output` until one ends the process or the input ends (kExit).
  Ending Serve(std::FILE* input, std::FILE* output);

 private:
  Answer AskProvider(const std::string& command) const;
  Answer SetCapabilities(const std::string& command);
  Answer Tick();
  Answer Untick();
  Answer Describe() const;

  const OfflineObject offline_object_;
  const SimulatedMapiCommandFn provider_;
  AddIn& add_in_;
  const std::string profile_;
};

}  // namespace offline_state
