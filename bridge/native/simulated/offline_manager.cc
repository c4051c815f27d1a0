#include "simulated/offline_manager.h"

#include <exception>
#include <new>
#include <utility>

namespace offline_state {
namespace {

// Bits that are about other things than online and offline, so that a client that does not mask them is found out.
constexpr ULONG kOtherBits = 0x00010100;

bool IsSupported(const MAPIOFFLINE_ADVISEINFO& info) noexcept {
  return info.ulSize >= sizeof(info) && info.CallbackType == MAPIOFFLINE_CALLBACK_TYPE_NOTIFY &&
         info.pCallback != nullptr && info.ulAdviseTypes == MAPIOFFLINE_ADVISE_TYPE_STATECHANGE &&
         info.ulStateMask == MAPIOFFLINE_STATE_ALL;
}

}  // namespace

IMAPIOfflineMgr* OfflineManager::Create(SimulatedMapi& mapi) noexcept {
  return new (std::nothrow) OfflineManager(mapi);
}

OfflineManager::OfflineManager(SimulatedMapi& mapi) noexcept : mapi_(mapi), capabilities_(mapi.capabilities()) {
  mapi_.OnManagerOpened();
}

OfflineManager::~OfflineManager() { mapi_.OnManagerClosed(this); }

HRESULT OfflineManager::QueryInterface(REFIID iid, void** object) noexcept {
  if (object == nullptr) return E_POINTER;
  if (iid == kIidUnknown || iid == kIidMapiOffline || iid == kIidMapiOfflineMgr) {
    AddRef();
    *object = static_cast<IMAPIOfflineMgr*>(this);
    return S_OK;
  }
  *object = nullptr;
  return E_NOINTERFACE;
}

ULONG OfflineManager::AddRef() noexcept { return references_.fetch_add(1, std::memory_order_relaxed) + 1; }

ULONG OfflineManager::Release() noexcept {
  const ULONG left = references_.fetch_sub(1, std::memory_order_acq_rel) - 1;
  if (left == 0) delete this;
  return left;
}

HRESULT OfflineManager::SetCurrentState(ULONG flags, ULONG mask, ULONG state, void* reserved) noexcept {
  if (flags != MAPIOFFLINE_FLAG_DEFAULT && flags != MAPIOFFLINE_FLAG_BLOCK) return E_INVALIDARG;
  if (mask != MAPIOFFLINE_STATE_OFFLINE_MASK || reserved != nullptr) return E_INVALIDARG;
  if (state != MAPIOFFLINE_STATE_OFFLINE && state != MAPIOFFLINE_STATE_ONLINE) return E_INVALIDARG;
  return mapi_.ChangeState(state, flags == MAPIOFFLINE_FLAG_BLOCK);
}

HRESULT OfflineManager::GetCapabilities(ULONG* capabilities) noexcept {
  if (capabilities == nullptr) return E_INVALIDARG;
  *capabilities = capabilities_;
  return S_OK;
}

HRESULT OfflineManager::GetCurrentState(ULONG* state) noexcept {
  if (state == nullptr) return E_INVALIDARG;
  *state = mapi_.state() | kOtherBits;
  return S_OK;
}

HRESULT OfflineManager::Advise(ULONG flags, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) noexcept {
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

HRESULT OfflineManager::Unadvise(ULONG flags, ULONG token) noexcept {
  return flags == MAPIOFFLINE_UNADVISE_DEFAULT ? mapi_.Unregister(token, this) : E_INVALIDARG;
}

}  // namespace offline_state
