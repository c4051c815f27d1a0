// The real agent as the simulated Outlook's add-in, where there is no COM.
#pragma once

#include <string>

#include "agent/agent.h"
#include "simulated/add_in.h"

namespace offline_state {

class AgentAddIn final : public AddIn {
 public:
  explicit AgentAddIn(AgentOptions options);

  bool Tick(std::string& error) override;
  void Untick(Goodbye why) override;
  void ItemSent() override { agent_.RequestReading(); }
  bool is_ticked() const override { return ticked_; }

 private:
  const AgentOptions options_;
  Agent agent_;
  bool ticked_ = false;
};

}  // namespace offline_state
