#include "mapi/notify_sink.h"

#include <new>
#include <utility>

#include "mapi/state_bits.h"

namespace offline_state {
namespace {

std::atomic<long> g_alive{0};

bool IsStateChange(MAPIOFFLINE_NOTIFY_TYPE type) noexcept {
  return type == MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START || type == MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE ||
         type == MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_DONE;
}

}  // namespace

ComPtr<IMAPIOfflineNotify> NotifySink::Create(std::shared_ptr<StatusTracker> tracker) noexcept {
  return ComPtr<IMAPIOfflineNotify>::Adopt(new (std::nothrow) NotifySink(std::move(tracker)));
}

long NotifySink::alive() noexcept { return g_alive.load(); }

NotifySink::NotifySink(std::shared_ptr<StatusTracker> tracker) noexcept : tracker_(std::move(tracker)) { ++g_alive; }

NotifySink::~NotifySink() { --g_alive; }

HRESULT NotifySink::QueryInterface(REFIID iid, void** object) noexcept {
  if (object == nullptr) return E_POINTER;
  if (iid == kIidUnknown || iid == kIidMapiOfflineNotify) {
    AddRef();
    *object = static_cast<IMAPIOfflineNotify*>(this);  // one identity for both
    return S_OK;
  }
  *object = nullptr;
  return E_NOINTERFACE;
}

ULONG NotifySink::AddRef() noexcept { return references_.fetch_add(1, std::memory_order_relaxed) + 1; }

ULONG NotifySink::Release() noexcept {
  const ULONG left = references_.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (left == 0) delete this;
  return left;
}

void NotifySink::Notify(const MAPIOFFLINE_NOTIFY* info) noexcept {
  if (info == nullptr || info->ulSize < sizeof(MAPIOFFLINE_NOTIFY)) return;
  // In the order of the reference: the type determines whether there is a mask, and the mask what the states are about.
  if (!IsStateChange(info->NotifyType)) return;
  const auto& change = info->Info.StateChange;
  if (change.ulMask != MAPIOFFLINE_STATE_OFFLINE_MASK) return;
  // START announces a change that may not happen. ulStateOld is not used: only the current state counts.
  if (info->NotifyType == MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START) return tracker_->OnChangeAnnounced();
  tracker_->OnNotification(StateOfBits(change.ulStateNew), info->NotifyType == MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE
                                                               ? StatusTracker::Step::kChanging
                                                               : StatusTracker::Step::kDone);
}

}  // namespace offline_state
