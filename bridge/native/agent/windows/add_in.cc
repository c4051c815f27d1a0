#include "agent/windows/add_in.h"

#include <utility>

#include "agent/windows/com_object.h"
#include "agent/windows/message_loop.h"
#include "mapi/com_ptr.h"

namespace offline_state {
namespace {

struct ApplicationEventHandlers {
  std::function<void()> quit;       // sent in every kind of shutdown that sends anything at all
  std::function<void()> item_send;  // before the item is sent; must return at once
};

class ApplicationEventSink final : public ComObject<IDispatch, kDiidApplicationEvents> {
 public:
  explicit ApplicationEventSink(ApplicationEventHandlers handlers) noexcept : handlers_(std::move(handlers)) {}

  void Disable() noexcept { is_enabled_ = false; }

  // Receives all events of Application and ignores the others. The arguments of ItemSend (the item, and whether to
  // cancel) are not touched.
  HRESULT STDMETHODCALLTYPE Invoke(DISPID event, REFIID, LCID, WORD, DISPPARAMS*, VARIANT*, EXCEPINFO*,
                                   UINT*) noexcept override {
    return GuardExceptions([this, event] {
      if (!is_enabled_) return S_OK;
      if (event == kDispidApplicationItemSend) handlers_.item_send();
      if (event == kDispidApplicationQuit) handlers_.quit();
      return S_OK;
    });
  }

 private:
  const ModuleReference module_reference_;
  bool is_enabled_ = true;
  const ApplicationEventHandlers handlers_;
};

// A subscription to the events of Outlook's Application.
class ApplicationEvents {
 public:
  ApplicationEvents() noexcept = default;
  ~ApplicationEvents() { Unsubscribe(); }
  ApplicationEvents(const ApplicationEvents&) = delete;
  ApplicationEvents& operator=(const ApplicationEvents&) = delete;

  // The handlers run on Outlook's main thread, and never after Unsubscribe. Does nothing if `application` has no such
  // events. Throws std::bad_alloc.
  void Subscribe(IDispatch* application, ApplicationEventHandlers handlers) {
    Unsubscribe();
    void* queried = nullptr;
    if (application == nullptr || FAILED(application->QueryInterface(kIidConnectionPointContainer, &queried))) return;
    const auto container = ComPtr<IConnectionPointContainer>::Adopt(static_cast<IConnectionPointContainer*>(queried));
    IConnectionPoint* found = nullptr;
    if (FAILED(container->FindConnectionPoint(kDiidApplicationEvents, &found))) return;
    const auto point = ComPtr<IConnectionPoint>::Adopt(found);
    auto sink = ComPtr<ApplicationEventSink>::Adopt(new ApplicationEventSink(std::move(handlers)));
    if (FAILED(point->Advise(sink.get(), &cookie_))) return;
    point_ = point;
    sink_ = std::move(sink);
  }

  // Idempotent.
  void Unsubscribe() noexcept {
    if (sink_) sink_->Disable();
    // Cleared first, because Unadvise may call back into this object.
    const auto sink = std::move(sink_);
    const auto point = std::move(point_);
    if (point) point->Unadvise(cookie_);
  }

 private:
  ComPtr<IConnectionPoint> point_;
  ComPtr<ApplicationEventSink> sink_;
  DWORD cookie_ = 0;
};

class AddIn final : public ComObject<IDTExtensibility2, kIidDtExtensibility2> {
 public:
  explicit AddIn(AddInActions actions) noexcept : actions_(std::move(actions)) {}
  // Outlook may release the add-in without calling OnDisconnection.
  ~AddIn() override { End(ShutdownReason::kAddInDisconnected); }

  HRESULT STDMETHODCALLTYPE OnConnection(IDispatch* application, ext_ConnectMode mode, IDispatch*,
                                         SAFEARRAY**) noexcept override {
    GuardExceptions([this, application, mode] {
      stage_ = Stage::kConnected;
      application_ = ComPtr<IDispatch>::Share(application);
      SubscribeToEvents();
      if (mode != ext_cm_Startup) Begin();
      return S_OK;
    });
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnStartupComplete(SAFEARRAY**) noexcept override {
    GuardExceptions([this] {
      if (stage_ != Stage::kConnected) return S_OK;
      // Deferred, because Outlook counts the time that this callback takes as start-up time of the add-in.
      if (!deferred_begin_.Schedule([this] { BeginGuarded(); })) Begin();
      return S_OK;
    });
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnBeginShutdown(SAFEARRAY**) noexcept override {
    End(ShutdownReason::kOutlookClosing);
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnDisconnection(ext_DisconnectMode mode, SAFEARRAY**) noexcept override {
    End(mode == ext_dm_HostShutdown ? ShutdownReason::kOutlookClosing : ShutdownReason::kAddInDisconnected);
    events_.Unsubscribe();
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnAddInsUpdate(SAFEARRAY**) noexcept override { return S_OK; }

 private:
  enum class Stage { kNew, kConnected, kBegun, kEnded };

  void Begin() {
    if (stage_ != Stage::kConnected) return;
    stage_ = Stage::kBegun;
    actions_.begin(application_.get());
  }

  void BeginGuarded() noexcept {
    GuardExceptions([this] {
      Begin();
      return S_OK;
    });
  }

  // From the first callback on, so that nothing begins after Outlook was closed during its start. Without the events
  // the add-in still begins: a shutdown is then noticed by the other callbacks or by the closed channel.
  void SubscribeToEvents() noexcept {
    GuardExceptions([this] {
      ApplicationEventHandlers handlers;
      handlers.quit = [this] { End(ShutdownReason::kOutlookClosing); };
      handlers.item_send = [this] {
        if (stage_ == Stage::kBegun) actions_.item_sent();
      };
      events_.Subscribe(application_.get(), std::move(handlers));
      return S_OK;
    });
  }

  // Called for Quit, OnBeginShutdown, OnDisconnection and the last Release; only the first call has an effect.
  void End(ShutdownReason why) noexcept {
    const Stage before = stage_;
    stage_ = Stage::kEnded;
    deferred_begin_.Cancel();
    if (before == Stage::kBegun) {
      GuardExceptions([this, why] {
        actions_.end(why);
        return S_OK;
      });
    }
    application_ = {};  // a reference to Outlook's objects can keep Outlook from closing
  }

  const ModuleReference module_reference_;
  const AddInActions actions_;
  Stage stage_ = Stage::kNew;
  ComPtr<IDispatch> application_;
  ApplicationEvents events_;
  DeferredCall deferred_begin_;
};

}  // namespace

IDTExtensibility2* NewAddIn(AddInActions actions) { return new AddIn(std::move(actions)); }

}  // namespace offline_state
