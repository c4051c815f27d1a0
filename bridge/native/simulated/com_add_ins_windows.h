// Every add-in that is registered, as the one that the simulated Outlook's user ticks and unticks. Windows only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "simulated/add_in.h"
#include "simulated/application_windows.h"
#include "simulated/loaded_add_in_windows.h"

namespace offline_state {

class ComAddIns final : public AddIn {
 public:
  using Log = std::function<void(const std::string&)>;

  ComAddIns(std::vector<RegisteredAddIn> registered, ComPtr<Application> application, Log log);

  // What Outlook does while it starts: disables those in which the last Outlook crashed, connects those that are to be
  // loaded at start-up, tells them that it has started, and disables those that took too long.
  void StartUp();

  // The user's hand: LoadBehavior is written, as Outlook does.
  bool Tick(std::string& error) override;
  // kOutlookCloses is a slow shutdown: Quit, OnBeginShutdown, OnDisconnection.
  void Untick(Goodbye why) override;
  void ItemSent() override { application_->FireItemSend(); }
  bool is_ticked() const override;

 private:
  bool Connect(LoadedAddIn& add_in, ext_ConnectMode mode, std::string& error);
  void DisableIfSlow(const LoadedAddIn& add_in);

  const ComPtr<Application> application_;
  const Log log_;
  std::vector<LoadedAddIn> add_ins_;
};

}  // namespace offline_state
