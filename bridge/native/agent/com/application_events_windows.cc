#include "agent/com/application_events_windows.h"

#include <atomic>

#include "agent/com/boundary.h"
#include "agent/com/live_objects.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {

class ApplicationSink final : public IDispatch {
 public:
  explicit ApplicationSink(ApplicationEvents::Handlers handlers) noexcept : handlers_(std::move(handlers)) {}
  virtual ~ApplicationSink() = default;

  void Disarm() noexcept { is_armed_ = false; }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    const bool is_ours = iid == kIidUnknown || iid == kIidDispatch || iid == kDiidApplicationEvents;
    *object = is_ours ? static_cast<IDispatch*>(this) : nullptr;
    if (is_ours) AddRef();
    return is_ours ? S_OK : E_NOINTERFACE;
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
    return DISP_E_UNKNOWNNAME;  // events come by number
  }
  // Other events of Application come here too; each is answered with S_OK and left alone.
  HRESULT STDMETHODCALLTYPE Invoke(DISPID event, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*,
                                   UINT*) noexcept override {
    return AtBoundary([this, event] {
      if (!is_armed_) return S_OK;
      // The arguments of ItemSend, the item and whether to cancel, are left alone.
      if (event == kDispidApplicationItemSend) handlers_.item_send();
      if (event == kDispidApplicationQuit) handlers_.quit();
      return S_OK;
    });
  }

 private:
  const LiveObject live_;
  std::atomic<ULONG> references_{1};
  bool is_armed_ = true;
  const ApplicationEvents::Handlers handlers_;
};

bool ApplicationEvents::Begin(IDispatch* application, Handlers handlers) {
  End();
  void* asked = nullptr;
  if (application == nullptr || FAILED(application->QueryInterface(kIidConnectionPointContainer, &asked))) return false;
  const auto container = ComPtr<IConnectionPointContainer>::Adopt(static_cast<IConnectionPointContainer*>(asked));
  IConnectionPoint* found = nullptr;
  if (FAILED(container->FindConnectionPoint(kDiidApplicationEvents, &found))) return false;
  const auto point = ComPtr<IConnectionPoint>::Adopt(found);
  auto sink = ComPtr<ApplicationSink>::Adopt(new ApplicationSink(std::move(handlers)));
  if (FAILED(point->Advise(sink.get(), &cookie_))) return false;
  point_ = point;
  sink_ = std::move(sink);
  return true;
}

void ApplicationEvents::End() noexcept {
  if (sink_) sink_->Disarm();
  // Emptied first: what is released may come back to us.
  const auto sink = std::move(sink_);
  const auto point = std::move(point_);
  if (point) point->Unadvise(cookie_);
}

ApplicationEvents::ApplicationEvents() noexcept = default;
ApplicationEvents::~ApplicationEvents() { End(); }

}  // namespace offline_state
