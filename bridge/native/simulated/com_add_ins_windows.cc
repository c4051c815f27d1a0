#include "simulated/com_add_ins_windows.h"

#include <algorithm>
#include <utility>

#include "channel/text_windows.h"
#include "simulated/resiliency_windows.h"

namespace offline_state {
namespace {

ResilientName NameOf(const RegisteredAddIn& add_in) { return {add_in.dll, add_in.friendly_name}; }

}  // namespace

ComAddIns::ComAddIns(std::vector<RegisteredAddIn> registered, ComPtr<Application> application, Log log)
    : application_(std::move(application)), log_(std::move(log)) {
  for (RegisteredAddIn& add_in : registered) add_ins_.emplace_back(std::move(add_in), application_);
}

void ComAddIns::StartUp() {
  std::string error;
  for (LoadedAddIn& add_in : add_ins_) {
    const ResilientName name = NameOf(add_in.registered());
    if (add_in.registered().is_registered && TakeCrash(name)) {
      Disable(name);
      log_(Utf8Text(name.name) + " crashed the last Outlook and is disabled");
    }
    if (add_in.registered().load_behavior != kLoadAtStartup) continue;
    if (!Connect(add_in, ext_cm_Startup, error)) log_(error);
  }
  for (LoadedAddIn& add_in : add_ins_) {
    if (!add_in.is_connected()) continue;
    add_in.CompleteStartup();
    DisableIfSlow(add_in);
  }
}

bool ComAddIns::Connect(LoadedAddIn& add_in, ext_ConnectMode mode, std::string& error) {
  if (add_in.registered().is_registered && IsDisabled(NameOf(add_in.registered()))) {
    error = Utf8Text(add_in.registered().friendly_name) + " has been disabled by Outlook";
    return false;
  }
  return add_in.Connect(mode, error);
}

void ComAddIns::DisableIfSlow(const LoadedAddIn& add_in) {
  const std::string name = Utf8Text(add_in.registered().friendly_name);
  log_(name + " took " + std::to_string(add_in.start_ms()) + " ms to start, " + std::to_string(add_in.callbacks_ms()) +
       " ms of them in its callbacks");
  if (!add_in.registered().is_registered || add_in.start_ms() <= LoadedAddIn::kSlowStartMs) return;
  Disable(NameOf(add_in.registered()));
  log_(name + " is too slow and is disabled from the next start on");
}

bool ComAddIns::Tick(std::string& error) {
  if (add_ins_.empty()) error = "no add-in is registered for Outlook";
  for (LoadedAddIn& add_in : add_ins_) {
    if (add_in.is_connected() || !Connect(add_in, ext_cm_AfterStartup, error)) continue;
    SetLoadBehavior(add_in.registered(), kLoadAtStartup);
  }
  return is_ticked();
}

void ComAddIns::Untick(Goodbye why) {
  const bool closes = why == Goodbye::kOutlookCloses;
  if (closes) application_->FireQuit();
  for (LoadedAddIn& add_in : add_ins_) {
    if (add_in.is_connected() && closes) add_in.BeginShutdown();
  }
  for (LoadedAddIn& add_in : add_ins_) {
    if (!add_in.is_connected()) continue;
    add_in.Disconnect(closes ? ext_dm_HostShutdown : ext_dm_UserClosed);
    if (!closes) SetLoadBehavior(add_in.registered(), kUnticked);
    if (!add_in.leftover().empty()) log_(Utf8Text(add_in.registered().friendly_name) + ": " + add_in.leftover());
  }
}

bool ComAddIns::is_ticked() const {
  return std::any_of(add_ins_.begin(), add_ins_.end(), [](const auto& add_in) { return add_in.is_connected(); });
}

}  // namespace offline_state
