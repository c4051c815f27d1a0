// What the simulated Outlook's MAPI knows: the state, the directions that it notifies, and who has registered.
// Portable; the provider's exports (provider_posix.cc, provider_windows.cc) put the documented ABI in front of it.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"
#include "simulated/notify_thread.h"

namespace offline_state {

class SimulatedMapi {
 public:
  // Online at first, notifying both directions.
  SimulatedMapi() = default;
  SimulatedMapi(const SimulatedMapi&) = delete;
  SimulatedMapi& operator=(const SimulatedMapi&) = delete;

  // The one of this process.
  static SimulatedMapi& OfProcess();

  // The parameters and results of HrOpenOfflineObj, but for the rule that only Outlook's process may ask. An object
  // keeps the capabilities that it was opened with. Any profile is one of this Outlook's.
  HRESULT Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
               IMAPIOfflineMgr** manager) noexcept;

  // MAPIOFFLINE_CAPABILITY_*, for the objects opened from now on.
  void SetCapabilities(ULONG capabilities) noexcept;
  ULONG capabilities() const noexcept;

  // MAPIOFFLINE_STATE_OFFLINE or MAPIOFFLINE_STATE_ONLINE.
  ULONG state() const noexcept;

  // Begins to change the state; with `wait`, returns when the change is complete. START, STATECHANGE and DONE are
  // notified on the notify thread. S_OK; E_PENDING while a change is under way; E_UNEXPECTED for waiting within Notify.
  HRESULT ChangeState(ULONG state, bool wait) noexcept;

  // Changes the state and notifies nobody.
  void SetStateSilently(ULONG state) noexcept;

  // Sends one notification of a change from the other state to `state`, to those who are notified in that direction.
  // STATECHANGE and DONE change the state before they do. Returns when it has been sent. Not within Notify.
  void SendTransition(MAPIOFFLINE_NOTIFY_TYPE type, ULONG state);

  // Sends what a client must ignore: other types, other masks, null and structures too short, all of them carrying the
  // opposite of the present state. Returns, when all have been sent, how many. Not within Notify.
  std::size_t SendNoise();

 private:
  friend class OfflineManager;

  struct Registration {
    ComPtr<IMAPIOfflineNotify> callback;
    ULONG client_token = 0;
    ULONG capabilities = 0;
    const void* manager = nullptr;
  };

  // What the managers ask. Unregister returns when no notification to that client is under way any more (unless it is
  // called within one), and has released the callback then.
  ULONG Register(Registration registration);
  HRESULT Unregister(ULONG token, const void* manager) noexcept;
  void OnManagerOpened() noexcept;
  void OnManagerClosed(const void* manager) noexcept;

  void Change(ULONG from, ULONG to) noexcept;  // the notify thread
  void NotifyChange(MAPIOFFLINE_NOTIFY_TYPE type, ULONG from, ULONG to) noexcept;
  std::vector<std::shared_ptr<Registration>> Registered() const;
  void Notify(const std::shared_ptr<Registration>& to, const MAPIOFFLINE_NOTIFY* info) noexcept;

  mutable std::mutex mutex_;  // never held across a call out
  std::condition_variable settled_;
  ULONG state_ = MAPIOFFLINE_STATE_ONLINE;
  ULONG capabilities_ = MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE;
  bool changing_ = false;
  ULONG last_token_ = 0;
  std::map<ULONG, std::shared_ptr<Registration>> registrations_;
  const Registration* notifying_ = nullptr;
  int managers_ = 0;
  NotifyThread thread_;  // last: it ends before what it uses
};

}  // namespace offline_state
