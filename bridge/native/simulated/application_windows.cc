#include "simulated/application_windows.h"

#include <map>
#include <new>

#include "simulated/dispatch_windows.h"
// <windows.h> comes with the headers above.
#include <olectl.h>

namespace offline_state {
namespace {

constexpr long kFolderOutbox = 4;  // olFolderOutbox

// Counts the objects that an add-in has reached and not let go.
class Reached {
 public:
  explicit Reached(std::shared_ptr<unsigned long> count) noexcept : count_(std::move(count)) { ++*count_; }
  ~Reached() { --*count_; }
  Reached(const Reached&) = delete;
  Reached& operator=(const Reached&) = delete;
  const std::shared_ptr<unsigned long>& count() const noexcept { return count_; }

 private:
  const std::shared_ptr<unsigned long> count_;
};

bool Give(IDispatch* object, VARIANT& value) noexcept {
  value.vt = VT_DISPATCH;
  value.pdispVal = object;
  return object != nullptr;
}

bool Give(std::uint32_t number, VARIANT& value) noexcept {
  value.vt = VT_I4;
  value.lVal = static_cast<LONG>(number);
  return true;
}

using SharedSession = std::shared_ptr<const SimulatedSession>;

class Items final : public ByName<> {
 public:
  Items(SharedSession session, const std::shared_ptr<unsigned long>& reached)
      : ByName({L"Count"}), session_(std::move(session)), reached_(reached) {}
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    return OnlyDispatch(this, iid, object);
  }

 private:
  bool Read(DISPID, const DISPPARAMS&, VARIANT& value) noexcept override { return Give(session_->outbox_items, value); }

  const SharedSession session_;
  const Reached reached_;
};

class Outbox final : public ByName<> {
 public:
  Outbox(SharedSession session, const std::shared_ptr<unsigned long>& reached)
      : ByName({L"Items"}), session_(std::move(session)), reached_(reached) {}
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    return OnlyDispatch(this, iid, object);
  }

 private:
  bool Read(DISPID, const DISPPARAMS&, VARIANT& value) noexcept override {
    return Give(new (std::nothrow) Items(session_, reached_.count()), value);
  }

  const SharedSession session_;
  const Reached reached_;
};

class Session final : public ByName<> {
 public:
  Session(std::wstring profile, SharedSession session, std::shared_ptr<unsigned long> reached)
      : ByName({L"CurrentProfileName", L"ExchangeConnectionMode", L"GetDefaultFolder"}),
        profile_(std::move(profile)),
        session_(std::move(session)),
        reached_(std::move(reached)) {}
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    return OnlyDispatch(this, iid, object);
  }

 private:
  bool Read(DISPID id, const DISPPARAMS& arguments, VARIANT& value) noexcept override {
    if (id == 2) return Give(session_->exchange_connection_mode(), value);
    if (id == 3) {
      const bool is_outbox =
          arguments.cArgs == 1 && arguments.rgvarg[0].vt == VT_I4 && arguments.rgvarg[0].lVal == kFolderOutbox;
      return is_outbox && Give(new (std::nothrow) Outbox(session_, reached_), value);
    }
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(profile_.c_str());
    return value.bstrVal != nullptr;
  }

  const std::wstring profile_;
  const SharedSession session_;
  const std::shared_ptr<unsigned long> reached_;
};

class ApplicationObject;

// The one connection point of Application: ApplicationEvents_11. Lives in Application, and counts as it.
class EventPoint final : public IConnectionPoint {
 public:
  explicit EventPoint(ApplicationObject& owner) noexcept : owner_(owner) {}
  virtual ~EventPoint() = default;

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
    void* asked = nullptr;
    if (FAILED(sink->QueryInterface(kDiidApplicationEvents, &asked))) return CONNECT_E_CANNOTCONNECT;
    *cookie = ++last_;
    sinks_[last_] = ComPtr<IDispatch>::Adopt(static_cast<IDispatch*>(asked));
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE Unadvise(DWORD cookie) noexcept override {
    return sinks_.erase(cookie) == 1 ? S_OK : CONNECT_E_NOCONNECTION;
  }
  HRESULT STDMETHODCALLTYPE EnumConnections(IEnumConnections** list) noexcept override {
    *list = nullptr;
    return E_NOTIMPL;
  }

  // To those who are there when it begins, however many leave meanwhile.
  void Fire(DISPID event) {
    const auto sinks = sinks_;
    DISPPARAMS nothing{};
    for (const auto& [cookie, sink] : sinks) {
      sink->Invoke(event, GUID{}, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &nothing, nullptr, nullptr, nullptr);
    }
  }
  unsigned long sinks() const noexcept { return static_cast<unsigned long>(sinks_.size()); }

 private:
  ApplicationObject& owner_;
  DWORD last_ = 0;
  std::map<DWORD, ComPtr<IDispatch>> sinks_;
};

class ApplicationObject final : public ByName<Application>, public IConnectionPointContainer {
 public:
  ApplicationObject(std::wstring version, std::wstring profile, SharedSession session)
      : ByName({L"Name", L"Version", L"Session"}),
        version_(std::move(version)),
        session_(ComPtr<Session>::Adopt(new Session(std::move(profile), std::move(session), reached_))) {}

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
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ByName::AddRef(); }
  ULONG STDMETHODCALLTYPE Release() noexcept override { return ByName::Release(); }

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
  unsigned long reached() const override { return *reached_; }
  unsigned long held() const override { return references() - 1 + events_.sinks(); }

 private:
  bool Read(DISPID id, const DISPPARAMS&, VARIANT& value) noexcept override {
    if (id == 3) {
      value.vt = VT_DISPATCH;
      value.pdispVal = session_.get();
      session_->AddRef();
      return true;
    }
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(id == 1 ? L"Outlook" : version_.c_str());
    return value.bstrVal != nullptr;
  }

  const std::wstring version_;
  const std::shared_ptr<unsigned long> reached_ = std::make_shared<unsigned long>(0);
  const ComPtr<Session> session_;
  EventPoint events_{*this};
};

ULONG EventPoint::AddRef() noexcept { return owner_.AddRef(); }
ULONG EventPoint::Release() noexcept { return owner_.Release(); }

}  // namespace

ComPtr<Application> Application::Create(std::wstring version, std::wstring profile, SharedSession session) {
  return ComPtr<Application>::Adopt(new ApplicationObject(std::move(version), std::move(profile), std::move(session)));
}

}  // namespace offline_state
