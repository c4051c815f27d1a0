// Loads the COM add-ins that are registered, and calls them as Outlook does. Windows only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "agent/windows/add_in_abi.h"
#include "mapi/com_ptr.h"
#include "simulator/simulated_outlook.h"
#include "simulator/windows/add_in_registry.h"
#include "simulator/windows/application.h"

namespace offline_state {

// One add-in: loads its DLL, calls its methods in Outlook's order, and unloads the DLL.
class ComAddIn {
 public:
  // Outlook disables an add-in that takes longer to start.
  static constexpr double kSlowStartMs = 1000;

  ComAddIn(RegisteredAddIn registered, ComPtr<SimulatedApplication> application)
      : registered_(std::move(registered)), application_(std::move(application)) {}
  ComAddIn(ComAddIn&&) = default;

  const RegisteredAddIn& registered() const noexcept { return registered_; }
  std::string name() const;  // the friendly name
  bool is_connected() const noexcept { return static_cast<bool>(add_in_); }

  // Creates the add-in and calls OnConnection. False, with the reason in `error`, if it cannot be created or Outlook
  // has disabled it.
  bool Connect(ext_ConnectMode mode, std::string& error);
  void CompleteStartup();

  // Duration of the start as Outlook measures it: loading the DLL, creating the object, OnConnection and
  // OnStartupComplete; and the part of the two callbacks alone.
  double start_ms() const noexcept { return load_ms_ + callbacks_ms_; }
  double callbacks_ms() const noexcept { return callbacks_ms_; }

  void BeginShutdown();
  // Calls OnDisconnection, and unloads the DLL if it allows that.
  void Disconnect(ext_DisconnectMode mode);

  // What the add-in has not released at Disconnect, e.g. "2 references held"; empty if nothing.
  const std::string& leaks() const noexcept { return leaks_; }

 private:
  bool Create(std::string& error);
  void Unload();

  RegisteredAddIn registered_;
  ComPtr<SimulatedApplication> application_;
  HMODULE library_ = nullptr;
  ComPtr<IDTExtensibility2> add_in_;
  double load_ms_ = 0;
  double callbacks_ms_ = 0;
  std::string leaks_;
};

// All registered add-ins, which the commands "tick" and "untick" enable and disable together.
class ComAddIns final : public HostedAddIn {
 public:
  ComAddIns(std::vector<RegisteredAddIn> registered, ComPtr<SimulatedApplication> application,
            std::function<void(const std::string&)> log);

  // What Outlook does when it starts: disables add-ins in which its last process crashed, connects those that load at
  // start-up, calls OnStartupComplete, and disables those that were too slow.
  void StartUp();

  // Enable and Disable(kAddInDisconnected) write LoadBehavior, as Outlook does for the user.
  bool Enable(std::string& error) override;
  // kOutlookClosing is a slow shutdown: Quit, OnBeginShutdown, OnDisconnection.
  void Disable(ShutdownReason reason) override;
  void OnItemSent() override { application_->FireItemSend(); }
  bool is_enabled() const override;

 private:
  void DisableIfSlow(const ComAddIn& add_in);

  const ComPtr<SimulatedApplication> application_;
  const std::function<void(const std::string&)> log_;
  std::vector<ComAddIn> add_ins_;
};

}  // namespace offline_state
