#include "simulator/windows/com_add_ins.h"

#include <algorithm>
#include <utility>

#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

using GetClassObjectFn = HRESULT(STDAPICALLTYPE*)(REFCLSID which, REFIID iid, LPVOID* object);
using CanUnloadNowFn = HRESULT(STDAPICALLTYPE*)();

template <typename Fn>
Fn Find(HMODULE library, const char* name) noexcept {
  return reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

// Adds its lifetime to `total`, in milliseconds.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) noexcept : total_(total) { QueryPerformanceCounter(&from_); }
  ~Stopwatch() {
    LARGE_INTEGER now{};
    LARGE_INTEGER frequency{};
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    total_ += static_cast<double>(now.QuadPart - from_.QuadPart) * 1000 / static_cast<double>(frequency.QuadPart);
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  LARGE_INTEGER from_{};
};

}  // namespace

std::string ComAddIn::name() const { return Utf8Text(registered_.friendly_name); }

bool ComAddIn::Create(std::string& error) {
  const std::string prog_id = Utf8Text(registered_.prog_id);
  if (registered_.dll.empty()) {
    error = prog_id + " has no class for an Outlook of this bitness";
    return false;
  }
  library_ = LoadLibraryExW(registered_.dll.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  const auto get = library_ == nullptr ? nullptr : Find<GetClassObjectFn>(library_, "DllGetClassObject");
  if (get == nullptr) {
    error = prog_id + ": " + Utf8Text(registered_.dll) + " cannot be loaded (" + std::to_string(GetLastError()) + ")";
    return false;
  }
  void* queried = nullptr;
  HRESULT result = get(registered_.class_id, kIidClassFactory, &queried);
  if (SUCCEEDED(result)) {
    const auto factory = ComPtr<IClassFactory>::Adopt(static_cast<IClassFactory*>(queried));
    result = factory->CreateInstance(nullptr, kIidDtExtensibility2, &queried);
  }
  if (FAILED(result)) {
    error = prog_id + " cannot be created (" + std::to_string(result) + ")";
    return false;
  }
  add_in_ = ComPtr<IDTExtensibility2>::Adopt(static_cast<IDTExtensibility2*>(queried));
  return true;
}

bool ComAddIn::Connect(ext_ConnectMode mode, std::string& error) {
  if (IsDisabledByOutlook(registered_)) {
    error = name() + " has been disabled by Outlook";
    return false;
  }
  const CrashMarker crash_marker(registered_);
  load_ms_ = 0;
  callbacks_ms_ = 0;
  {
    const Stopwatch watch(load_ms_);
    if (!Create(error)) {
      Unload();
      return false;
    }
  }
  const Stopwatch watch(callbacks_ms_);
  add_in_->OnConnection(application_.get(), mode, nullptr, nullptr);
  return true;
}

void ComAddIn::CompleteStartup() {
  const CrashMarker crash_marker(registered_);
  const Stopwatch watch(callbacks_ms_);
  add_in_->OnStartupComplete(nullptr);
}

void ComAddIn::BeginShutdown() { add_in_->OnBeginShutdown(nullptr); }

void ComAddIn::Disconnect(ext_DisconnectMode mode) {
  add_in_->OnDisconnection(mode, nullptr);
  // References that are left after the disconnection are leaks.
  add_in_->AddRef();
  const ULONG references = add_in_->Release() - 1;
  add_in_ = {};
  leaks_ = references == 0 ? "" : std::to_string(references) + " references held";
  Unload();
}

void ComAddIn::Unload() {
  if (library_ == nullptr) return;
  const auto can_unload = Find<CanUnloadNowFn>(library_, "DllCanUnloadNow");
  if (can_unload != nullptr && can_unload() == S_OK) {
    FreeLibrary(library_);
  } else {
    leaks_ += leaks_.empty() ? "it keeps its DLL loaded" : ", and it keeps its DLL loaded";
  }
  library_ = nullptr;
}

ComAddIns::ComAddIns(std::vector<RegisteredAddIn> registered, ComPtr<SimulatedApplication> application,
                     std::function<void(const std::string&)> log)
    : application_(std::move(application)), log_(std::move(log)) {
  for (RegisteredAddIn& add_in : registered) add_ins_.emplace_back(std::move(add_in), application_);
}

void ComAddIns::StartUp() {
  std::string error;
  for (ComAddIn& add_in : add_ins_) {
    if (TakeCrashMarker(add_in.registered())) {
      DisableByOutlook(add_in.registered());
      log_(add_in.name() + " crashed the last Outlook and is disabled");
    }
    if (add_in.registered().load_behavior != kLoadAtStartup) continue;
    if (!add_in.Connect(ext_cm_Startup, error)) log_(error);
  }
  for (ComAddIn& add_in : add_ins_) {
    if (!add_in.is_connected()) continue;
    add_in.CompleteStartup();
    DisableIfSlow(add_in);
  }
}

void ComAddIns::DisableIfSlow(const ComAddIn& add_in) {
  log_(add_in.name() + " took " + std::to_string(add_in.start_ms()) + " ms to start, " +
       std::to_string(add_in.callbacks_ms()) + " ms of them in its callbacks");
  if (!add_in.registered().is_registered || add_in.start_ms() <= ComAddIn::kSlowStartMs) return;
  DisableByOutlook(add_in.registered());
  log_(add_in.name() + " is too slow and will be disabled at the next start");
}

bool ComAddIns::Enable(std::string& error) {
  if (add_ins_.empty()) error = "no add-in is registered for Outlook";
  for (ComAddIn& add_in : add_ins_) {
    if (add_in.is_connected() || !add_in.Connect(ext_cm_AfterStartup, error)) continue;
    SetLoadBehavior(add_in.registered(), kLoadAtStartup);
  }
  return is_enabled();
}

void ComAddIns::Disable(ShutdownReason reason) {
  const bool is_closing = reason == ShutdownReason::kOutlookClosing;
  if (is_closing) application_->FireQuit();
  for (ComAddIn& add_in : add_ins_) {
    if (add_in.is_connected() && is_closing) add_in.BeginShutdown();
  }
  for (ComAddIn& add_in : add_ins_) {
    if (!add_in.is_connected()) continue;
    add_in.Disconnect(is_closing ? ext_dm_HostShutdown : ext_dm_UserClosed);
    if (!is_closing) SetLoadBehavior(add_in.registered(), kNotLoadedByUser);
    if (!add_in.leaks().empty()) log_(add_in.name() + ": " + add_in.leaks());
  }
}

bool ComAddIns::is_enabled() const {
  return std::any_of(add_ins_.begin(), add_ins_.end(), [](const auto& add_in) { return add_in.is_connected(); });
}

}  // namespace offline_state
