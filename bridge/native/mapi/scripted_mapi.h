// A scripted implementation of the Offline State API: each step returns what the test has set, and records its
// arguments. For tests only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

class ScriptedMapi final : public IMAPIOfflineMgr {
 public:
  // What each step returns.
  HRESULT open_result = S_OK;
  bool open_gives_object = true;
  HRESULT capabilities_result = S_OK;
  ULONG capabilities = MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE;
  HRESULT advise_result = S_OK;
  HRESULT state_result = S_OK;
  ULONG state = MAPIOFFLINE_STATE_ONLINE;
  HRESULT unadvise_result = S_OK;
  HRESULT set_result = S_OK;
  bool set_changes_state = true;

  // What happens while a step is under way.
  std::function<void()> during_advise;
  std::function<void()> during_get_state;
  std::function<void()> during_unadvise;

  // The calls and their arguments.
  std::vector<std::string> calls;
  std::u16string profile;
  ULONG open_reserved = 1;
  GUID open_guid{};
  bool open_reserved2_was_null = false;
  MAPIOFFLINE_ADVISEINFO advised{};
  ULONG advise_flags = 1;
  ULONG unadvise_flags = 1;
  ULONG unadvise_token = 0;
  long references = 0;
  ComPtr<IMAPIOfflineNotify> callback;  // from Advise to Unadvise
  bool keeps_callback = false;          // a provider that keeps its reference after Unadvise

  static constexpr ULONG kToken = 4711;

  ScriptedMapi() { current_ = this; }
  ~ScriptedMapi() { current_ = nullptr; }
  ScriptedMapi(const ScriptedMapi&) = delete;
  ScriptedMapi& operator=(const ScriptedMapi&) = delete;

  static HRESULT STDMETHODCALLTYPE Open(ULONG reserved, LPCWSTR profile, const GUID* guid, const GUID* reserved2,
                                        IMAPIOfflineMgr** manager) {
    ScriptedMapi& self = *current_;
    self.calls.emplace_back("open");
    self.open_reserved = reserved;
    self.profile = Utf16Of(profile);
    self.open_guid = *guid;
    self.open_reserved2_was_null = reserved2 == nullptr;
    if (FAILED(self.open_result)) {
      *manager = reinterpret_cast<IMAPIOfflineMgr*>(std::uintptr_t{0x10});  // after a failure the pointer is undefined
      return self.open_result;
    }
    *manager = nullptr;
    if (self.open_gives_object) {
      self.AddRef();
      *manager = current_;
    }
    return self.open_result;
  }

  // One notification, as Outlook sends it.
  static MAPIOFFLINE_NOTIFY Notification(ULONG new_state,
                                         MAPIOFFLINE_NOTIFY_TYPE type = MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE,
                                         ULONG mask = MAPIOFFLINE_STATE_OFFLINE_MASK) {
    MAPIOFFLINE_NOTIFY info{};
    info.ulSize = sizeof(info);
    info.NotifyType = type;
    info.Info.StateChange.ulMask = mask;
    info.Info.StateChange.ulStateOld = ~new_state & MAPIOFFLINE_STATE_OFFLINE_MASK;
    info.Info.StateChange.ulStateNew = new_state;
    return info;
  }
  void Notify(ULONG new_state) {
    const MAPIOFFLINE_NOTIFY info = Notification(new_state);
    callback->Notify(&info);
  }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void**) override { return E_NOINTERFACE; }
  ULONG STDMETHODCALLTYPE AddRef() override { return static_cast<ULONG>(++references); }
  ULONG STDMETHODCALLTYPE Release() override { return static_cast<ULONG>(--references); }
  HRESULT STDMETHODCALLTYPE SetCurrentState(ULONG flags, ULONG mask, ULONG wanted, void* reserved) override {
    calls.emplace_back("set");
    if (flags != MAPIOFFLINE_FLAG_DEFAULT || mask != MAPIOFFLINE_STATE_OFFLINE_MASK || reserved != nullptr) {
      return E_INVALIDARG;
    }
    if (SUCCEEDED(set_result) && set_changes_state) state = wanted;
    return set_result;
  }
  HRESULT STDMETHODCALLTYPE GetCapabilities(ULONG* out) override {
    calls.emplace_back("capabilities");
    if (SUCCEEDED(capabilities_result)) *out = capabilities;
    return capabilities_result;
  }
  HRESULT STDMETHODCALLTYPE GetCurrentState(ULONG* out) override {
    calls.emplace_back("state");
    const ULONG read = state;
    if (during_get_state) during_get_state();
    if (SUCCEEDED(state_result)) *out = read;
    return state_result;
  }
  HRESULT STDMETHODCALLTYPE Advise(ULONG flags, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) override {
    calls.emplace_back("advise");
    advise_flags = flags;
    advised = *info;
    void* asked = nullptr;
    if (FAILED(info->pCallback->QueryInterface(kIidMapiOfflineNotify, &asked))) return E_NOINTERFACE;
    callback = ComPtr<IMAPIOfflineNotify>::Adopt(static_cast<IMAPIOfflineNotify*>(asked));
    if (during_advise) during_advise();
    if (FAILED(advise_result)) {
      callback = {};
      return advise_result;
    }
    *token = kToken;
    return advise_result;
  }
  HRESULT STDMETHODCALLTYPE Unadvise(ULONG flags, ULONG token) override {
    calls.emplace_back("unadvise");
    unadvise_flags = flags;
    unadvise_token = token;
    if (during_unadvise) during_unadvise();
    if (!keeps_callback) callback = {};
    return unadvise_result;
  }
  HRESULT STDMETHODCALLTYPE Placeholder1() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder2() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder3() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder4() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder5() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder6() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder7() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE Placeholder8() override { return E_NOTIMPL; }

 private:
  static inline ScriptedMapi* current_ = nullptr;
};

}  // namespace offline_state
