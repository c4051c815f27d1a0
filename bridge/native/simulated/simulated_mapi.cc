#include "simulated/simulated_mapi.h"

#include <future>
#include <utility>

#include "simulated/noise.h"
#include "simulated/offline_manager.h"

namespace offline_state {
namespace {

// Whether a client with these capabilities is told of a change to `state`: the directions are independent.
bool IsNotified(ULONG capabilities, ULONG state) noexcept {
  const ULONG needed =
      state == MAPIOFFLINE_STATE_ONLINE ? MAPIOFFLINE_CAPABILITY_ONLINE : MAPIOFFLINE_CAPABILITY_OFFLINE;
  return (capabilities & needed) != 0;
}

}  // namespace

SimulatedMapi& SimulatedMapi::OfProcess() {
  // Never destroyed: on Windows its thread is ended before static destructors run, and to join it then is to wait for
  // ever.
  static SimulatedMapi* const mapi = new SimulatedMapi;
  return *mapi;
}

HRESULT SimulatedMapi::Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
                            IMAPIOfflineMgr** manager) noexcept {
  if (manager == nullptr) return E_INVALIDARG;
  *manager = nullptr;
  if (reserved != 0 || profile == nullptr || guid == nullptr || reserved2 != nullptr) return E_INVALIDARG;
  if (*guid != kGuidGlobalState) return MAPI_E_NOT_FOUND;
  *manager = OfflineManager::Create(*this);
  return *manager == nullptr ? E_OUTOFMEMORY : S_OK;
}

void SimulatedMapi::SetCapabilities(ULONG capabilities) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  capabilities_ = capabilities;
}

ULONG SimulatedMapi::capabilities() const noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  return capabilities_;
}

ULONG SimulatedMapi::state() const noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  return state_;
}

HRESULT SimulatedMapi::ChangeState(ULONG state, bool wait) noexcept {
  // Outlook itself would wait for ever.
  if (wait && thread_.IsCurrent()) return E_UNEXPECTED;
  std::unique_lock<std::mutex> lock(mutex_);
  if (changing_) return E_PENDING;
  if (state_ == state) return S_OK;
  changing_ = true;
  thread_.Run([this, from = state_, to = state] { Change(from, to); });
  if (wait) settled_.wait(lock, [this] { return !changing_; });
  return S_OK;
}

void SimulatedMapi::SetStateSilently(ULONG state) noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  state_ = state;
}

void SimulatedMapi::SendTransition(MAPIOFFLINE_NOTIFY_TYPE type, ULONG state) {
  if (type != MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START) SetStateSilently(state);
  std::promise<void> sent;
  thread_.Run([&] {
    NotifyChange(type, ~state & MAPIOFFLINE_STATE_OFFLINE_MASK, state);
    sent.set_value();
  });
  sent.get_future().wait();
}

std::size_t SimulatedMapi::SendNoise() {
  const std::vector<Noise> all = MakeNoise(state());
  std::promise<std::size_t> sent;
  thread_.Run([&] {
    const auto registered = Registered();
    for (const Noise& noise : all) {
      for (const auto& registration : registered) Notify(registration, noise.info());
    }
    sent.set_value(all.size() * registered.size());
  });
  return sent.get_future().get();
}

ULONG SimulatedMapi::Register(Registration registration) {
  const std::lock_guard<std::mutex> lock(mutex_);
  registrations_.emplace(++last_token_, std::make_shared<Registration>(std::move(registration)));
  return last_token_;
}

HRESULT SimulatedMapi::Unregister(ULONG token, const void* manager) noexcept {
  ComPtr<IMAPIOfflineNotify> released;  // after the lock
  const bool within_notify = thread_.IsCurrent();
  std::unique_lock<std::mutex> lock(mutex_);
  const auto found = registrations_.find(token);
  if (found == registrations_.end() || found->second->manager != manager) return E_INVALIDARG;
  const std::shared_ptr<Registration> registration = found->second;
  registrations_.erase(found);
  released = std::move(registration->callback);
  if (!within_notify) settled_.wait(lock, [&] { return notifying_ != registration.get(); });
  return S_OK;
}

void SimulatedMapi::OnManagerOpened() noexcept {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++managers_;
}

void SimulatedMapi::OnManagerClosed(const void* manager) noexcept {
  std::vector<ULONG> left;
  bool was_last = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [token, registration] : registrations_) {
      if (registration->manager == manager) left.push_back(token);
    }
    was_last = --managers_ == 0;
  }
  for (const ULONG token : left) Unregister(token, manager);
  // Nobody is left to notify: a library that may be unloaded leaves no thread behind.
  if (was_last && !thread_.IsCurrent()) thread_.Rest();
}

void SimulatedMapi::Change(ULONG from, ULONG to) noexcept {
  NotifyChange(MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START, from, to);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    state_ = to;
  }
  NotifyChange(MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE, from, to);
  NotifyChange(MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_DONE, from, to);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    changing_ = false;
  }
  settled_.notify_all();
}

void SimulatedMapi::NotifyChange(MAPIOFFLINE_NOTIFY_TYPE type, ULONG from, ULONG to) noexcept {
  for (const auto& registration : Registered()) {
    if (!IsNotified(registration->capabilities, to)) continue;
    MAPIOFFLINE_NOTIFY info{};
    info.ulSize = sizeof(info);
    info.NotifyType = type;
    info.ulClientToken = registration->client_token;
    info.Info.StateChange.ulMask = MAPIOFFLINE_STATE_OFFLINE_MASK;
    info.Info.StateChange.ulStateOld = from;
    info.Info.StateChange.ulStateNew = to;
    Notify(registration, &info);
  }
}

std::vector<std::shared_ptr<SimulatedMapi::Registration>> SimulatedMapi::Registered() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<Registration>> all;
  for (const auto& entry : registrations_) all.push_back(entry.second);
  return all;
}

void SimulatedMapi::Notify(const std::shared_ptr<Registration>& to, const MAPIOFFLINE_NOTIFY* info) noexcept {
  {
    ComPtr<IMAPIOfflineNotify> callback;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      callback = to->callback;
      if (!callback) return;  // it has unadvised since
      notifying_ = to.get();
    }
    callback->Notify(info);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    notifying_ = nullptr;
  }
  settled_.notify_all();
}

}  // namespace offline_state
