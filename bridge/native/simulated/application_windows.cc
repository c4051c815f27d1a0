#include "simulated/application_windows.h"

#include <map>

#include "simulated/dispatch_windows.h"
// <windows.h> comes with the headers above.
#include <olectl.h>

namespace offline_state {
namespace {

class Session final : public ByName<> {
 public:
  explicit Session(std::wstring profile) : ByName({L"CurrentProfileName"}), profile_(std::move(profile)) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    const bool is_ours = iid == kIidUnknown || iid == kIidDispatch;
    *object = is_ours ? static_cast<IDispatch*>(this) : nullptr;
    if (is_ours) AddRef();
    return is_ours ? S_OK : E_NOINTERFACE;
  }

 private:
  bool Read(DISPID, VARIANT& value) noexcept override {
    value.vt = VT_BSTR;
    value.bstrVal = SysAllocString(profile_.c_str());
    return value.bstrVal != nullptr;
  }

  const std::wstring profile_;
};

class ApplicationObject;

// The one connection point of Application: ApplicationEvents_11. Lives in Application, and counts as it.
class QuitPoint final : public IConnectionPoint {
 public:
  explicit QuitPoint(ApplicationObject& owner) noexcept : owner_(owner) {}
  virtual ~QuitPoint() = default;

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
  void Fire() {
    const auto sinks = sinks_;
    DISPPARAMS nothing{};
    for (const auto& [cookie, sink] : sinks) {
      sink->Invoke(kDispidApplicationQuit, GUID{}, LOCALE_USER_DEFAULT, DISPATCH_METHOD, &nothing, nullptr, nullptr,
                   nullptr);
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
  ApplicationObject(std::wstring version, std::wstring profile)
      : ByName({L"Name", L"Version", L"Session"}),
        version_(std::move(version)),
        session_(ComPtr<Session>::Adopt(new Session(std::move(profile)))) {}

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
    *point = &quit_;
    quit_.AddRef();
    return S_OK;
  }

  void FireQuit() override { quit_.Fire(); }
  unsigned long held() const override { return references() - 1 + quit_.sinks(); }

 private:
  bool Read(DISPID id, VARIANT& value) noexcept override {
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
  const ComPtr<Session> session_;
  QuitPoint quit_{*this};
};

ULONG QuitPoint::AddRef() noexcept { return owner_.AddRef(); }
ULONG QuitPoint::Release() noexcept { return owner_.Release(); }

}  // namespace

ComPtr<Application> Application::Create(std::wstring version, std::wstring profile) {
  return ComPtr<Application>::Adopt(new ApplicationObject(std::move(version), std::move(profile)));
}

}  // namespace offline_state
