#include "simulator/windows/application.h"

#include <cwchar>
#include <map>
#include <new>
#include <utility>
#include <vector>

#include "agent/windows/com_object.h"
// Needs <windows.h>, which the headers above include.
#include <olectl.h>

namespace offline_state {
namespace {

constexpr long kFolderOutbox = 4;  // olFolderOutbox

constexpr HRESULT kWrongThread = static_cast<HRESULT>(0x8001010EU);  // RPC_E_WRONG_THREAD

// An object of Outlook's object model. Properties and methods are called by name; their IDs are positions in the list
// of names, from 1. As in a single-threaded apartment, only the thread that created the object may call it.
template <typename Interface = IDispatch>
class ApartmentObject : public ComObject<Interface> {
 public:
  HRESULT STDMETHODCALLTYPE GetIDsOfNames(REFIID, LPOLESTR* names, UINT count, LCID, DISPID* ids) noexcept override {
    if (is_wrong_thread()) return kWrongThread;
    for (std::size_t i = 0; count == 1 && i < names_.size(); ++i) {
      if (_wcsicmp(names_[i], names[0]) != 0) continue;
      ids[0] = static_cast<DISPID>(i + 1);
      return S_OK;
    }
    return DISP_E_UNKNOWNNAME;
  }
  HRESULT STDMETHODCALLTYPE Invoke(DISPID id, REFIID, LCID, WORD, DISPPARAMS* arguments, VARIANT* result, EXCEPINFO*,
                                   UINT*) noexcept override {
    if (is_wrong_thread()) return kWrongThread;
    return Get(id, *arguments, *result) ? S_OK : DISP_E_MEMBERNOTFOUND;
  }

 protected:
  explicit ApartmentObject(std::vector<const wchar_t*> names) : names_(std::move(names)) {}
  bool is_wrong_thread() const noexcept { return GetCurrentThreadId() != thread_; }
  virtual bool Get(DISPID id, const DISPPARAMS& arguments, VARIANT& value) noexcept = 0;

 private:
  const DWORD thread_ = GetCurrentThreadId();
  const std::vector<const wchar_t*> names_;
};

using ObjectCount = std::shared_ptr<unsigned long>;

// A member of the objects that add-ins must release; counts them.
class CountedObject {
 public:
  explicit CountedObject(ObjectCount count) noexcept : count_(std::move(count)) { ++*count_; }
  ~CountedObject() { --*count_; }
  CountedObject(const CountedObject&) = delete;
  CountedObject& operator=(const CountedObject&) = delete;
  const ObjectCount& count() const noexcept { return count_; }

 private:
  const ObjectCount count_;
};

bool SetValue(VARIANT& value, IDispatch* object) noexcept {
  value.vt = VT_DISPATCH;
  value.pdispVal = object;
  return object != nullptr;
}

bool SetValue(VARIANT& value, std::uint32_t number) noexcept {
  value.vt = VT_I4;
  value.lVal = static_cast<LONG>(number);
  return true;
}

bool SetValue(VARIANT& value, const std::wstring& text) noexcept {
  value.vt = VT_BSTR;
  value.bstrVal = SysAllocString(text.c_str());
  return value.bstrVal != nullptr;
}

using SharedSession = std::shared_ptr<const SimulatedSession>;

class ItemsObject final : public ApartmentObject<> {
 public:
  ItemsObject(SharedSession session, const ObjectCount& count)
      : ApartmentObject({L"Count"}), session_(std::move(session)), counted_(count) {}

 private:
  bool Get(DISPID, const DISPPARAMS&, VARIANT& value) noexcept override {
    return SetValue(value, session_->outbox_items);
  }

  const SharedSession session_;
  const CountedObject counted_;
};

class OutboxObject final : public ApartmentObject<> {
 public:
  OutboxObject(SharedSession session, const ObjectCount& count)
      : ApartmentObject({L"Items"}), session_(std::move(session)), counted_(count) {}

 private:
  bool Get(DISPID, const DISPPARAMS&, VARIANT& value) noexcept override {
    return SetValue(value, new (std::nothrow) ItemsObject(session_, counted_.count()));
  }

  const SharedSession session_;
  const CountedObject counted_;
};

class SessionObject final : public ApartmentObject<> {
 public:
  SessionObject(std::wstring profile, SharedSession session, ObjectCount count)
      : ApartmentObject({L"CurrentProfileName", L"ExchangeConnectionMode", L"GetDefaultFolder"}),
        profile_(std::move(profile)),
        session_(std::move(session)),
        count_(std::move(count)) {}

 private:
  bool Get(DISPID id, const DISPPARAMS& arguments, VARIANT& value) noexcept override {
    if (id == 1) return SetValue(value, profile_);
    if (id == 2) return SetValue(value, session_->exchange_connection_mode());
    const bool is_outbox =
        arguments.cArgs == 1 && arguments.rgvarg[0].vt == VT_I4 && arguments.rgvarg[0].lVal == kFolderOutbox;
    return is_outbox && SetValue(value, new (std::nothrow) OutboxObject(session_, count_));
  }

  const std::wstring profile_;
  const SharedSession session_;
  const ObjectCount count_;
};

class ApplicationObject;

// The connection point for ApplicationEvents_11. A part of the application object, whose reference count it shares.
class EventsConnectionPoint final : public IConnectionPoint {
 public:
  explicit EventsConnectionPoint(ApplicationObject& owner) noexcept : owner_(owner) {}
  virtual ~EventsConnectionPoint() = default;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID, void** object) noexcept override {
    *object = nullptr;
    return E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override;
  ULONG STDMETHODCALLTYPE Release() noexcept override;
  HRESULT STDMETHODCALLTYPE GetConnectionInterface(IID* iid) noexcept override {
    *iid = kDiidApplicationEvents;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetConnectionPointContainer(IConnectionPointContainer** container) noexcept override {
    *container = nullptr;
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE Advise(IUnknown* sink, DWORD* cookie) noexcept override {
    void* queried = nullptr;
    if (FAILED(sink->QueryInterface(kDiidApplicationEvents, &queried))) return CONNECT_E_CANNOTCONNECT;
    *cookie = ++last_cookie_;
    sinks_[last_cookie_] = ComPtr<IDispatch>::Adopt(static_cast<IDispatch*>(queried));
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Unadvise(DWORD cookie) noexcept override {
    return sinks_.erase(cookie) == 1 ? S_OK : CONNECT_E_NOCONNECTION;
  }
  HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections** list) noexcept override {
    *list = nullptr;
    return E_NOTIMPL;
  }

  // A copy, because subscribers may unsubscribe while they receive the event.
  void Fire(DISPID event) {
    const auto sinks = sinks_;
    DISPPARAMS arguments{};
    for (const auto& [cookie, sink] : sinks) {
      sink->Invoke(event, GUID{}, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &arguments, nullptr, nullptr, nullptr);
    }
  }
  unsigned long subscriptions() const noexcept { return static_cast<unsigned long>(sinks_.size()); }

 private:
  ApplicationObject& owner_;
  DWORD last_cookie_ = 0;
  std::map<DWORD, ComPtr<IDispatch>> sinks_;
};

class ApplicationObject final : public ApartmentObject<SimulatedApplication>, public IConnectionPointContainer {
 public:
  ApplicationObject(std::wstring version, std::wstring profile, SharedSession session)
      : ApartmentObject({L"Name", L"Version", L"Session"}),
        version_(std::move(version)),
        session_(
            ComPtr<SessionObject>::Adopt(new SessionObject(std::move(profile), std::move(session), object_count_))) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    *object = nullptr;
    if (is_wrong_thread()) return kWrongThread;
    if (iid == kIidUnknown || iid == kIidDispatch) {
      *object = static_cast<IDispatch*>(this);
    } else if (iid == kIidConnectionPointContainer) {
      *object = static_cast<IConnectionPointContainer*>(this);
    } else {
      return E_NOINTERFACE;
    }
    AddRef();
    return S_OK;
  }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ApartmentObject::AddRef(); }
  ULONG STDMETHODCALLTYPE Release() noexcept override { return ApartmentObject::Release(); }

  HRESULT STDMETHODCALLTYPE EnumConnectionPoints(IEnumConnectionPoints** list) noexcept override {
    *list = nullptr;
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE FindConnectionPoint(REFIID iid, IConnectionPoint** point) noexcept override {
    *point = nullptr;
    if (iid != kDiidApplicationEvents) return CONNECT_E_NOCONNECTION;
    *point = &events_;
    events_.AddRef();
    return S_OK;
  }

  void FireQuit() override { events_.Fire(kDispidApplicationQuit); }
  void FireItemSend() override { events_.Fire(kDispidApplicationItemSend); }
  unsigned long held_objects() const override { return *object_count_; }
  unsigned long held_references() const override { return references() - 1 + events_.subscriptions(); }

 private:
  bool Get(DISPID id, const DISPPARAMS&, VARIANT& value) noexcept override {
    if (id != 3) return SetValue(value, id == 1 ? name_ : version_);
    session_->AddRef();
    return SetValue(value, session_.get());
  }

  const std::wstring name_ = L"Outlook";

  const std::wstring version_;
  const ObjectCount object_count_ = std::make_shared<unsigned long>(0);
  const ComPtr<SessionObject> session_;
  EventsConnectionPoint events_{*this};
};

ULONG EventsConnectionPoint::AddRef() noexcept { return owner_.AddRef(); }
ULONG EventsConnectionPoint::Release() noexcept { return owner_.Release(); }

}  // namespace

ComPtr<SimulatedApplication> SimulatedApplication::Create(std::wstring version, std::wstring profile,
                                                          SharedSession session) {
  return ComPtr<SimulatedApplication>::Adopt(
      new ApplicationObject(std::move(version), std::move(profile), std::move(session)));
}

}  // namespace offline_state
