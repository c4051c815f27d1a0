// The object that HrOpenOfflineObj of the simulated MAPI gives: the documented interface in front of SimulatedMapi.
#pragma once

#include <atomic>

#include "mapi/offline_state_abi.h"
#include "simulated/simulated_mapi.h"

namespace offline_state {

class OfflineManager final : public IMAPIOfflineMgr {
 public:
  // With one reference, which is the caller's. Null when there is no memory. `mapi` must outlive it.
  static IMAPIOfflineMgr* Create(SimulatedMapi& mapi) noexcept;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override;
  ULONG STDMETHODCALLTYPE AddRef() noexcept override;
  ULONG STDMETHODCALLTYPE Release() noexcept override;
  HRESULT STDMETHODCALLTYPE SetCurrentState(ULONG flags, ULONG mask, ULONG state, void* reserved) noexcept override;
  HRESULT STDMETHODCALLTYPE GetCapabilities(ULONG* capabilities) noexcept override;
  HRESULT STDMETHODCALLTYPE GetCurrentState(ULONG* state) noexcept override;
  HRESULT STDMETHODCALLTYPE Advise(ULONG flags, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) noexcept override;
  HRESULT STDMETHODCALLTYPE Unadvise(ULONG flags, ULONG token) noexcept override;

  HRESULT STDMETHODCALLTYPE Placeholder1() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder2() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder3() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder4() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder5() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder6() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder7() noexcept override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder8() noexcept override { return E_NOTIMPL; }

  OfflineManager(const OfflineManager&) = delete;
  OfflineManager& operator=(const OfflineManager&) = delete;

 private:
  explicit OfflineManager(SimulatedMapi& mapi) noexcept;
  ~OfflineManager();

  SimulatedMapi& mapi_;
  const ULONG capabilities_;
  std::atomic<ULONG> references_{1};
};

}  // namespace offline_state
