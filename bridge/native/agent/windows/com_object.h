// What the COM objects of the agent have in common: the reference count of the module, the guard that keeps exceptions
// out of Outlook, and the implementation of IUnknown and IDispatch. Windows only.
#pragma once

#include <atomic>
#include <new>

#include "agent/windows/add_in_abi.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

// How many objects, factory references and server locks keep this DLL loaded (DllCanUnloadNow). The sinks that MAPI
// holds are counted by NotifySink.
inline std::atomic<long>& ModuleReferences() noexcept {
  static std::atomic<long> count{0};
  return count;
}

// A member of every object whose code must stay loaded as long as the object exists.
class ModuleReference {
 public:
  ModuleReference() noexcept { ++ModuleReferences(); }
  ~ModuleReference() { --ModuleReferences(); }
  ModuleReference(const ModuleReference&) = delete;
  ModuleReference& operator=(const ModuleReference&) = delete;
};

// An exception that leaves a COM method terminates Outlook, so every entry point runs its body here. Returns the
// HRESULT of `body`; E_OUTOFMEMORY for std::bad_alloc and E_UNEXPECTED for any other exception.
template <typename Body>
HRESULT GuardExceptions(Body&& body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return E_OUTOFMEMORY;
  } catch (...) {
    return E_UNEXPECTED;
  }
}

// IUnknown and IDispatch for an object with one interface, `Interface`, which derives from IDispatch. `iid` is its IID,
// or that of the dispinterface whose events it receives. Created with one reference, which is the creator's. It has no
// type information and no members by name; derived classes override Invoke to receive events.
template <typename Interface, const GUID& iid = kIidDispatch>
class ComObject : public Interface {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID wanted, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    const bool is_supported = wanted == kIidUnknown || wanted == kIidDispatch || wanted == iid;
    *object = is_supported ? static_cast<Interface*>(this) : nullptr;
    if (is_supported) this->AddRef();
    return is_supported ? S_OK : E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() noexcept override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE GetTypeInfoCount(UINT* count) noexcept override {
    if (count == nullptr) return E_POINTER;
    *count = 0;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetTypeInfo(UINT, LCID, ITypeInfo** info) noexcept override {
    if (info != nullptr) *info = nullptr;
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR*, UINT, LCID, DISPID*) noexcept override {
    return DISP_E_UNKNOWNNAME;
  }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*,
                                   UINT*) noexcept override {
    return DISP_E_MEMBERNOTFOUND;
  }

 protected:
  virtual ~ComObject() = default;
  ULONG references() const noexcept { return references_; }

 private:
  std::atomic<ULONG> references_{1};
};

}  // namespace offline_state
