// A MAPI stub with one registration, whose state only the benchmark changes.
#pragma once

#include <atomic>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"

namespace offline_state::bench {

class StubMapi final : public IMAPIOfflineMgr {
 public:
  static StubMapi& OfProcess() noexcept {
    static StubMapi mapi;
    return mapi;
  }

  static HRESULT STDMETHODCALLTYPE Open(ULONG, LPCWSTR, const GUID*, const GUID*, IMAPIOfflineMgr** manager) {
    *manager = &OfProcess();
    return S_OK;
  }

  // The registered sink, between Advise and Unadvise.
  IMAPIOfflineNotify* callback() const noexcept { return callback_.get(); }

  // Changes the state, which the agent also reads; returns the notification of it.
  static MAPIOFFLINE_NOTIFY ChangeTo(bool online) noexcept {
    OfProcess().is_online_ = online;
    MAPIOFFLINE_NOTIFY info{};
    info.ulSize = sizeof(info);
    info.NotifyType = MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE;
    info.Info.StateChange.ulMask = MAPIOFFLINE_STATE_OFFLINE_MASK;
    info.Info.StateChange.ulStateOld = online ? MAPIOFFLINE_STATE_OFFLINE : MAPIOFFLINE_STATE_ONLINE;
    info.Info.StateChange.ulStateNew = online ? MAPIOFFLINE_STATE_ONLINE : MAPIOFFLINE_STATE_OFFLINE;
    return info;
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) noexcept override { return E_NOINTERFACE; }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return 1; }
  ULONG STDMETHODCALLTYPE Release() noexcept override { return 1; }
  HRESULT STDMETHODCALLTYPE SetCurrentState(ULONG, ULONG, ULONG, void*) noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetCapabilities(ULONG* capabilities) noexcept override {
    *capabilities = MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetCurrentState(ULONG* state) noexcept override {
    *state = is_online_ ? MAPIOFFLINE_STATE_ONLINE : MAPIOFFLINE_STATE_OFFLINE;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Advise(ULONG, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) noexcept override {
    void* sink = nullptr;
    if (FAILED(info->pCallback->QueryInterface(kIidMapiOfflineNotify, &sink))) return E_NOINTERFACE;
    callback_ = ComPtr<IMAPIOfflineNotify>::Adopt(static_cast<IMAPIOfflineNotify*>(sink));
    *token = 1;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Unadvise(ULONG, ULONG) noexcept override {
    callback_ = {};
    return S_OK;
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
  ComPtr<IMAPIOfflineNotify> callback_;
  std::atomic<bool> is_online_{true};
};

}  // namespace offline_state::bench
