// For tests of the simulator: a MAPI provider behind the documented function, and a MAPI client that records its
// notifications. For tests only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"
#include "simulator/simulated_mapi.h"

namespace offline_state::testing {

// A simulated MAPI that lives as long as the test.
class Provider {
 public:
  Provider() { current_ = this; }
  ~Provider() { current_ = nullptr; }
  Provider(const Provider&) = delete;
  Provider& operator=(const Provider&) = delete;

  static HRESULT STDMETHODCALLTYPE Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
                                        IMAPIOfflineMgr** manager) {
    return current_->mapi.Open(reserved, profile, guid, reserved2, manager);
  }
  ComPtr<IMAPIOfflineMgr> OpenManager() {
    IMAPIOfflineMgr* opened = nullptr;
    Open(0, WideOf(u"Outlook"), &kGuidGlobalState, nullptr, &opened);
    return ComPtr<IMAPIOfflineMgr>::Adopt(opened);
  }

  SimulatedMapi mapi;

 private:
  static inline Provider* current_ = nullptr;
};

// Lives on the stack of the test; its reference count is only for checks.
class RecordingSink final : public IMAPIOfflineNotify {
 public:
  RecordingSink() = default;
  ~RecordingSink() = default;
  RecordingSink(const RecordingSink&) = delete;
  RecordingSink& operator=(const RecordingSink&) = delete;

  MAPIOFFLINE_ADVISEINFO AdviseInfo() {
    MAPIOFFLINE_ADVISEINFO info{};
    info.ulSize = sizeof(info);
    info.ulClientToken = 77;
    info.pCallback = this;
    info.ulAdviseTypes = MAPIOFFLINE_ADVISE_TYPE_STATECHANGE;
    info.ulStateMask = MAPIOFFLINE_STATE_ALL;
    return info;
  }
  ULONG AdviseOn(IMAPIOfflineMgr& manager) {
    MAPIOFFLINE_ADVISEINFO info = AdviseInfo();
    ULONG token = 0;
    return manager.Advise(MAPIOFFLINE_ADVISE_DEFAULT, &info, &token) == S_OK ? token : 0;
  }

  std::vector<MAPIOFFLINE_NOTIFY> All() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return all_;
  }
  // Waits for that many notifications.
  void Await(std::size_t count) {
    std::unique_lock<std::mutex> lock(mutex_);
    received_.wait(lock, [&] { return all_.size() >= count; });
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) override {
    *object = nullptr;
    if (!has_notify_interface || iid != kIidMapiOfflineNotify) return E_NOINTERFACE;
    AddRef();
    *object = static_cast<IMAPIOfflineNotify*>(this);
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() override { return static_cast<ULONG>(++references); }
  ULONG STDMETHODCALLTYPE Release() override { return static_cast<ULONG>(--references); }
  void STDMETHODCALLTYPE Notify(const MAPIOFFLINE_NOTIFY* info) override {
    if (during_notify) during_notify();
    const std::lock_guard<std::mutex> lock(mutex_);
    all_.push_back(info == nullptr || info->ulSize < sizeof(*info) ? MAPIOFFLINE_NOTIFY{} : *info);
    received_.notify_all();
  }

  bool has_notify_interface = true;
  std::function<void()> during_notify;
  std::atomic<long> references{0};

 private:
  std::mutex mutex_;
  std::condition_variable received_;
  std::vector<MAPIOFFLINE_NOTIFY> all_;
};

}  // namespace offline_state::testing
