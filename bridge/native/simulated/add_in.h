// The agent as an add-in that the simulated Outlook can tick and untick, as a person does in Outlook's list of add-ins.
#pragma once

#include <string>

#include "channel/frames.h"

namespace offline_state {

class AddIn {
 public:
  virtual ~AddIn() = default;

  // Connects the agent. When it cannot begin to serve it stays unticked, and `error` says why (false). Nothing happens
  // when it is ticked already.
  virtual bool Tick(std::string& error) = 0;

  // Disconnects it. Nothing happens when it is not ticked.
  virtual void Untick(Goodbye why) = 0;

  // What an add-in hears when an item is sent. Nothing happens when it is not ticked.
  virtual void ItemSent() = 0;

  virtual bool is_ticked() const = 0;
};

}  // namespace offline_state
