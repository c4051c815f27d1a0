// One add-in in the simulated Outlook: loads its DLL, calls it in Outlook's order, lets it go. Windows only.
#pragma once

#include <string>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"
#include "simulated/application_windows.h"
#include "simulated/registered_add_in_windows.h"

namespace offline_state {

class LoadedAddIn {
 public:
  // Outlook disables what takes longer to start.
  static constexpr double kSlowStartMs = 1000;

  LoadedAddIn(RegisteredAddIn registered, ComPtr<Application> application)
      : registered_(std::move(registered)), application_(std::move(application)) {}
  LoadedAddIn(LoadedAddIn&&) = default;

  const RegisteredAddIn& registered() const noexcept { return registered_; }
  bool is_connected() const noexcept { return static_cast<bool>(add_in_); }

  // Creates it and calls OnConnection. False, and `error`: why not.
  bool Connect(ext_ConnectMode mode, std::string& error);
  void CompleteStartup();

  // Milliseconds that its start has taken, as Outlook counts them: DLL, class, OnConnection and OnStartupComplete. And
  // of these, what the two callbacks have taken.
  double start_ms() const noexcept { return load_ms_ + callbacks_ms_; }
  double callbacks_ms() const noexcept { return callbacks_ms_; }

  // OnBeginShutdown, when Outlook closes, and OnDisconnection; then the DLL goes when it allows that.
  void BeginShutdown();
  void Disconnect(ext_DisconnectMode mode);

  // "2 references held" when Disconnect found that the add-in had not let go of everything; empty otherwise.
  const std::string& leftover() const noexcept { return leftover_; }

 private:
  bool Create(std::string& error);
  void Unload();

  RegisteredAddIn registered_;
  ComPtr<Application> application_;
  HMODULE library_ = nullptr;
  ComPtr<IDTExtensibility2> add_in_;
  double load_ms_ = 0;
  double callbacks_ms_ = 0;
  std::string leftover_;
};

}  // namespace offline_state
