// The simulated MAPI: the state, the capabilities, and the clients that have registered for notifications. Portable;
// the provider's exports (posix/provider_exports.cc, windows/provider_exports.cc) make it available under the
// documented ABI.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"
#include "simulator/notify_thread.h"

namespace offline_state {

// A notification that Outlook may send and that a client must ignore. It occupies exactly as much memory as its size
// field says, so that a sanitizer detects a client that reads too much.
class Noise {
 public:
  Noise() = default;  // a null pointer
  Noise(const MAPIOFFLINE_NOTIFY& whole, ULONG size);
  const MAPIOFFLINE_NOTIFY* info() const noexcept;

 private:
  std::vector<ULONG> words_;
};

// Notifications of other types, with other masks, null and too short. Where there is room for a state, it is the
// opposite of `state`.
std::vector<Noise> MakeNoise(ULONG state);

class SimulatedMapi {
 public:
  // Initially online, with both capabilities.
  SimulatedMapi() = default;
  SimulatedMapi(const SimulatedMapi&) = delete;
  SimulatedMapi& operator=(const SimulatedMapi&) = delete;

  // The instance of this process.
  static SimulatedMapi& OfProcess();

  // HrOpenOfflineObj, without the check that the caller is Outlook. Accepts any profile. An object keeps the
  // capabilities that it was opened with.
  HRESULT Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
               IMAPIOfflineMgr** manager) noexcept;

  // MAPIOFFLINE_CAPABILITY_*, for objects that are opened from now on.
  void SetCapabilities(ULONG capabilities) noexcept;
  ULONG capabilities() const noexcept;

  // MAPIOFFLINE_STATE_OFFLINE or MAPIOFFLINE_STATE_ONLINE.
  ULONG state() const noexcept;

  // Starts a change of the state; with `wait`, returns when it is complete. START, STATECHANGE and DONE are sent on the
  // notify thread. Returns S_OK, E_PENDING while another change is in progress, or E_UNEXPECTED for waiting within
  // Notify.
  HRESULT ChangeState(ULONG state, bool wait) noexcept;

  // Changes the state without a notification.
  void SetStateSilently(ULONG state) noexcept;

  // Sends one notification of a change from the other state to `state`, to the clients with that capability.
  // STATECHANGE and DONE change the state first. Returns when it was sent. Not to be called within Notify.
  void SendTransition(MAPIOFFLINE_NOTIFY_TYPE type, ULONG state);

  // Sends MakeNoise(state()) to all clients. Returns, when all have been sent, how many there were. Not to be called
  // within Notify.
  std::size_t SendNoise();

 private:
  friend class OfflineManager;

  struct Registration {
    ComPtr<IMAPIOfflineNotify> callback;
    ULONG client_token = 0;
    ULONG capabilities = 0;
    const void* manager = nullptr;
  };

  // For OfflineManager. Unregister releases the callback and, unless it is called within Notify, waits until no
  // notification of that client is in progress.
  ULONG Register(Registration registration);
  HRESULT Unregister(ULONG token, const void* manager) noexcept;
  void OnManagerOpened() noexcept;
  void OnManagerClosed(const void* manager) noexcept;

  void Change(ULONG from, ULONG to) noexcept;  // on the notify thread
  void NotifyChange(MAPIOFFLINE_NOTIFY_TYPE type, ULONG from, ULONG to) noexcept;
  std::vector<std::shared_ptr<Registration>> Registered() const;
  void Notify(const std::shared_ptr<Registration>& to, const MAPIOFFLINE_NOTIFY* info) noexcept;

  mutable std::mutex mutex_;  // not held during calls to clients
  std::condition_variable settled_;
  ULONG state_ = MAPIOFFLINE_STATE_ONLINE;
  ULONG capabilities_ = MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE;
  bool is_changing_ = false;
  ULONG last_token_ = 0;
  std::map<ULONG, std::shared_ptr<Registration>> registrations_;
  const Registration* notifying_ = nullptr;
  int managers_ = 0;
  NotifyThread thread_;  // last, so that it is destroyed before the members that it uses
};

}  // namespace offline_state
