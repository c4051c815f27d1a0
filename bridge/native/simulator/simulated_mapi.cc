#include "simulator/simulated_mapi.h"

#include <atomic>
#include <cstring>
#include <exception>
#include <future>
#include <new>
#include <utility>

namespace offline_state {
namespace {

// Bits of the state that do not concern online and offline, to detect a client that does not mask them.
constexpr ULONG kUnrelatedBits = 0x00010100;

bool IsSupported(const MAPIOFFLINE_ADVISEINFO& info) noexcept {
  return info.ulSize >= sizeof(info) && info.CallbackType == MAPIOFFLINE_CALLBACK_TYPE_NOTIFY &&
         info.pCallback != nullptr && info.ulAdviseTypes == MAPIOFFLINE_ADVISE_TYPE_STATECHANGE &&
         info.ulStateMask == MAPIOFFLINE_STATE_ALL;
}

constexpr ULONG kFullSize = sizeof(MAPIOFFLINE_NOTIFY);

MAPIOFFLINE_NOTIFY Notification(ULONG type, ULONG mask, ULONG from, ULONG to) noexcept {
  MAPIOFFLINE_NOTIFY info{};
  info.ulSize = kFullSize;
  info.NotifyType = static_cast<MAPIOFFLINE_NOTIFY_TYPE>(type);
  info.Info.StateChange.ulMask = mask;
  info.Info.StateChange.ulStateOld = from;
  info.Info.StateChange.ulStateNew = to;
  return info;
}

// Whether a client with these capabilities is notified of a change to `state`.
bool IsNotified(ULONG capabilities, ULONG state) noexcept {
  const ULONG needed =
      state == MAPIOFFLINE_STATE_ONLINE ? MAPIOFFLINE_CAPABILITY_ONLINE : MAPIOFFLINE_CAPABILITY_OFFLINE;
  return (capabilities & needed) != 0;
}

}  // namespace

// The object that HrOpenOfflineObj returns. SimulatedMapi must outlive it.
class OfflineManager final : public IMAPIOfflineMgr {
 public:
  explicit OfflineManager(SimulatedMapi& mapi) noexcept : mapi_(mapi), capabilities_(mapi.capabilities()) {
    mapi_.OnManagerOpened();
  }
  OfflineManager(const OfflineManager&) = delete;
  OfflineManager& operator=(const OfflineManager&) = delete;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    if (iid == kIidUnknown || iid == kIidMapiOffline || iid == kIidMapiOfflineMgr) {
      AddRef();
      *object = static_cast<IMAPIOfflineMgr*>(this);
      return S_OK;
    }
    *object = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() noexcept override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

  HRESULT STDMETHODCALLTYPE SetCurrentState(ULONG flags, ULONG mask, ULONG state, void* reserved) noexcept override {
    if (flags != MAPIOFFLINE_FLAG_DEFAULT && flags != MAPIOFFLINE_FLAG_BLOCK) return E_INVALIDARG;
    if (mask != MAPIOFFLINE_STATE_OFFLINE_MASK || reserved != nullptr) return E_INVALIDARG;
    if (state != MAPIOFFLINE_STATE_OFFLINE && state != MAPIOFFLINE_STATE_ONLINE) return E_INVALIDARG;
    return mapi_.ChangeState(state, flags == MAPIOFFLINE_FLAG_BLOCK);
  }
  HRESULT STDMETHODCALLTYPE GetCapabilities(ULONG* capabilities) noexcept override {
    if (capabilities == nullptr) return E_INVALIDARG;
    *capabilities = capabilities_;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetCurrentState(ULONG* state) noexcept override {
    if (state == nullptr) return E_INVALIDARG;
    *state = mapi_.state() | kUnrelatedBits;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Advise(ULONG flags, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) noexcept override {
    if (flags != MAPIOFFLINE_ADVISE_DEFAULT || info == nullptr || token == nullptr || !IsSupported(*info)) {
      return E_INVALIDARG;
    }
    void* callback = nullptr;
    if (FAILED(info->pCallback->QueryInterface(kIidMapiOfflineNotify, &callback)) || callback == nullptr) {
      return E_NOINTERFACE;
    }
    SimulatedMapi::Registration registration;
    registration.callback = ComPtr<IMAPIOfflineNotify>::Adopt(static_cast<IMAPIOfflineNotify*>(callback));
    registration.client_token = info->ulClientToken;
    registration.capabilities = capabilities_;
    registration.manager = this;
    try {
      *token = mapi_.Register(std::move(registration));
    } catch (const std::exception&) {
      return E_OUTOFMEMORY;
    }
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Unadvise(ULONG flags, ULONG token) noexcept override {
    return flags == MAPIOFFLINE_UNADVISE_DEFAULT ? mapi_.Unregister(token, this) : E_INVALIDARG;
  }

  HRESULT STDMETHODCALLTYPE Placeholder1() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder2() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder3() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder4() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder5() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder6() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder7() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder8() noexcept override { return E_NOTIMPL; }

 private:
  ~OfflineManager() { mapi_.OnManagerClosed(this); }

  SimulatedMapi& mapi_;
  const ULONG capabilities_;
  std::atomic<ULONG> references_{1};
};

Noise::Noise(const MAPIOFFLINE_NOTIFY& whole, ULONG size) : words_(size / sizeof(ULONG)) {
  std::memcpy(words_.data(), &whole, words_.size() * sizeof(ULONG));
  words_.front() = size;
}

const MAPIOFFLINE_NOTIFY* Noise::info() const noexcept {
  return words_.empty() ? nullptr : reinterpret_cast<const MAPIOFFLINE_NOTIFY*>(words_.data());
}

std::vector<Noise> MakeNoise(ULONG state) {
  const ULONG opposite = ~state & MAPIOFFLINE_STATE_OFFLINE_MASK;
  std::vector<Noise> all;
  all.emplace_back();
  for (const ULONG size : {4U, 8U, 12U, 16U, 20U}) {
    all.emplace_back(Notification(MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE, MAPIOFFLINE_STATE_OFFLINE_MASK, state, opposite),
                     size);
  }
  for (const ULONG type : {0U, 4U, 5U, 100U, 0xFFFFFFFFU}) {
    all.emplace_back(Notification(type, MAPIOFFLINE_STATE_OFFLINE_MASK, state, opposite), kFullSize);
  }
  for (const ULONG mask : {0x0U, 0x1U, 0x2U, 0x7U, 0x70U, 0x300U, 0x3F0000U, 0x003F037FU, 0xFFFFFFFFU}) {
    for (const ULONG type : {1U, 2U, 3U}) all.emplace_back(Notification(type, mask, state, opposite), kFullSize);
  }
  return all;
}

SimulatedMapi& SimulatedMapi::OfProcess() {
  // Never destroyed: when a process exits, Windows terminates the threads before it runs static destructors, and
  // joining a terminated thread would block forever.
  static SimulatedMapi* const mapi = new SimulatedMapi;
  return *mapi;
}

HRESULT SimulatedMapi::Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
                            IMAPIOfflineMgr** manager) noexcept {
  if (manager == nullptr) return E_INVALIDARG;
  *manager = nullptr;
  if (reserved != 0 || profile == nullptr || guid == nullptr || reserved2 != nullptr) return E_INVALIDARG;
  if (*guid != kGuidGlobalState) return MAPI_E_NOT_FOUND;
  *manager = new (std::nothrow) OfflineManager(*this);
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
  // Outlook itself would deadlock here.
  if (wait && thread_.IsCurrent()) return E_UNEXPECTED;
  std::unique_lock<std::mutex> lock(mutex_);
  if (is_changing_) return E_PENDING;
  if (state_ == state) return S_OK;
  is_changing_ = true;
  thread_.Run([this, from = state_, to = state] { Change(from, to); });
  if (wait) settled_.wait(lock, [this] { return !is_changing_; });
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
  ComPtr<IMAPIOfflineNotify> released;  // released after the lock
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
  std::vector<ULONG> remaining;
  bool was_last = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [token, registration] : registrations_) {
      if (registration->manager == manager) remaining.push_back(token);
    }
    was_last = --managers_ == 0;
  }
  for (const ULONG token : remaining) Unregister(token, manager);
  // No client is left. Stop the thread, because the library may be unloaded now.
  if (was_last && !thread_.IsCurrent()) thread_.Stop();
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
    is_changing_ = false;
  }
  settled_.notify_all();
}

void SimulatedMapi::NotifyChange(MAPIOFFLINE_NOTIFY_TYPE type, ULONG from, ULONG to) noexcept {
  for (const auto& registration : Registered()) {
    if (!IsNotified(registration->capabilities, to)) continue;
    MAPIOFFLINE_NOTIFY info = Notification(type, MAPIOFFLINE_STATE_OFFLINE_MASK, from, to);
    info.ulClientToken = registration->client_token;
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
      if (!callback) return;  // unregistered in the meantime
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
