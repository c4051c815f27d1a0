// The parts of a COM object that are the same in each of the simulated Outlook's. Windows only.
#pragma once

#include <cwchar>
#include <utility>
#include <vector>

#include "agent/com/add_in_abi_windows.h"
#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

inline constexpr HRESULT kWrongThread = static_cast<HRESULT>(0x8001010EU);  // RPC_E_WRONG_THREAD

// References, and the rule that only the thread that made the object may ask it anything.
template <typename Base>
class OfOneThread : public Base {
 public:
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() noexcept override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT* count) noexcept override {
    *count = 0;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo** info) noexcept override {
    *info = nullptr;
    return E_NOTIMPL;
  }

 protected:
  virtual ~OfOneThread() = default;
  bool is_wrong_thread() const noexcept { return GetCurrentThreadId() != thread_; }
  ULONG references() const noexcept { return references_; }

 private:
  const DWORD thread_ = GetCurrentThreadId();
  ULONG references_ = 1;
};

// A QueryInterface for IDispatch alone.
template <typename Object>
HRESULT OnlyDispatch(Object* self, REFIID iid, void** object) noexcept {
  const bool is_ours = iid == kIidUnknown || iid == kIidDispatch;
  *object = is_ours ? static_cast<IDispatch*>(self) : nullptr;
  if (is_ours) self->AddRef();
  return is_ours ? S_OK : E_NOINTERFACE;
}

// Properties and methods by name: IDs are positions in the list of names, from 1.
template <typename Base = IDispatch>
class ByName : public OfOneThread<Base> {
 public:
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR* names, UINT count, LCID, DISPID* ids) noexcept override {
    if (this->is_wrong_thread()) return kWrongThread;
    for (std::size_t i = 0; count == 1 && i < names_.size(); ++i) {
      if (_wcsicmp(names_[i], names[0]) != 0) continue;
      ids[0] = static_cast<DISPID>(i + 1);
      return S_OK;
    }
    return DISP_E_UNKNOWNNAME;
  }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID id, REFIID, LCID, WORD, DISPPARAMS* arguments, VARIANT* result, EXCEPINFO*,
                                   UINT*) noexcept override {
    if (this->is_wrong_thread()) return kWrongThread;
    return Read(id, *arguments, *result) ? S_OK : DISP_E_MEMBERNOTFOUND;
  }

 protected:
  explicit ByName(std::vector<const wchar_t*> names) : names_(std::move(names)) {}
  virtual bool Read(DISPID id, const DISPPARAMS& arguments, VARIANT& value) noexcept = 0;

 private:
  const std::vector<const wchar_t*> names_;
};

}  // namespace offline_state
