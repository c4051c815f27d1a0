#include "mapi/monitor.h"

#include <utility>

#include "mapi/notify_sink.h"
#include "mapi/state_bits.h"

namespace offline_state {
namespace {

Source Unavailable(Reason reason, HRESULT code) noexcept {
  Source source;
  source.phase = Phase::kUnavailable;
  source.reason = reason;
  source.code = code;
  return source;
}

}  // namespace

Monitor::Monitor(std::shared_ptr<StatusTracker> tracker) noexcept : tracker_(std::move(tracker)) {}

Monitor::~Monitor() { Stop(); }

void Monitor::Start(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept {
  const Source source = Listen(open, profile);
  if (source.phase != Phase::kListening) manager_ = {};
  tracker_->SetSource(source);
}

// The numbers are those of "About the Offline State API". No lock is held across any call.
Source Monitor::Listen(HrOpenOfflineObjFn open, const std::u16string& profile) noexcept {
  // 1. Implement IMAPIOfflineNotify. Advise takes its own reference; this one ends with the function.
  const ComPtr<IMAPIOfflineNotify> sink = NotifySink::Create(tracker_);
  if (!sink) return Unavailable(Reason::kAdviseFailed, E_OUTOFMEMORY);

  // 2. Open the offline object of the profile. After a failure `opened` is undefined.
  if (open == nullptr) return Unavailable(Reason::kMapiMissing, S_OK);
  IMAPIOfflineMgr* opened = nullptr;
  HRESULT result = open(0, WideOf(profile.c_str()), &kGuidGlobalState, nullptr, &opened);
  if (FAILED(result)) return Unavailable(Reason::kOpenFailed, result);
  if (opened == nullptr) return Unavailable(Reason::kOpenFailed, E_POINTER);
  manager_ = ComPtr<IMAPIOfflineMgr>::Adopt(opened);

  // 3. Get which directions are notified; they are independent of each other.
  ULONG capabilities = 0;
  result = manager_->GetCapabilities(&capabilities);
  if (FAILED(result)) return Unavailable(Reason::kNoNotifications, result);
  Source source;
  source.phase = Phase::kListening;
  source.notifies_online = (capabilities & MAPIOFFLINE_CAPABILITY_ONLINE) != 0;
  source.notifies_offline = (capabilities & MAPIOFFLINE_CAPABILITY_OFFLINE) != 0;
  if (!source.notifies_online && !source.notifies_offline) return Unavailable(Reason::kNoNotifications, S_OK);

  // 4. Register. From here on Notify may come, on any thread, even before Advise has returned.
  MAPIOFFLINE_ADVISEINFO info{};
  info.ulSize = sizeof(info);
  info.CallbackType = MAPIOFFLINE_CALLBACK_TYPE_NOTIFY;
  info.pCallback = sink.get();
  info.ulAdviseTypes = MAPIOFFLINE_ADVISE_TYPE_STATECHANGE;
  info.ulStateMask = MAPIOFFLINE_STATE_ALL;
  result = manager_->Advise(MAPIOFFLINE_ADVISE_DEFAULT, &info, &token_);
  if (FAILED(result)) return Unavailable(Reason::kAdviseFailed, result);
  advised_ = true;
  // Read the state after Advise, because a change between a reading and Advise would be lost. If it cannot be read, it
  // is unknown until the first notification.
  tracker_->OnReading(ReadState(), {});
  return source;
}

// A notification between the count and the reading is newer than the reading, and the tracker keeps it. Holds its own
// reference on the manager and uses no member after the call: Outlook may destroy this object meanwhile.
std::optional<StateReading> Monitor::ReadState() const noexcept {
  const ComPtr<IMAPIOfflineMgr> manager = manager_;
  if (!manager) return std::nullopt;
  const std::uint64_t seen = tracker_->notifications();
  ULONG bits = 0;
  if (FAILED(manager->GetCurrentState(&bits))) return std::nullopt;
  return StateReading{StateOfBits(bits), seen, Now()};
}

void Monitor::Stop() noexcept {
  // Mark the source as stopped before Unadvise, which may block on a notification in flight.
  tracker_->SetSource(Unavailable(Reason::kStopped, S_OK));
  // 5. Remove the registration; Outlook then releases the sink.
  if (advised_.exchange(false)) {
    const ComPtr<IMAPIOfflineMgr> manager = std::move(manager_);
    manager->Unadvise(MAPIOFFLINE_UNADVISE_DEFAULT, token_);
  }
}

}  // namespace offline_state
