#include "agent/com/add_in_windows.h"

#include <atomic>

#include "agent/com/application_events_windows.h"
#include "agent/com/boundary.h"
#include "agent/com/later_windows.h"
#include "agent/com/live_objects.h"
#include "mapi/com_ptr.h"
#include "mapi/offline_state_abi.h"

namespace offline_state {
namespace {

class AddIn final : public IDTExtensibility2 {
 public:
  explicit AddIn(AddInActions actions) noexcept : actions_(std::move(actions)) {}
  virtual ~AddIn() {
    // Outlook may let go without a word.
    End(Goodbye::kAddInDisconnected);
  }

  HRESULT STDMETHODCALLTYPE OnConnection(IDispatch* application, ext_ConnectMode mode, IDispatch*,
                                         SAFEARRAY**) noexcept override {
    AtBoundary([this, application, mode] {
      stage_ = Stage::kConnected;
      application_ = ComPtr<IDispatch>::Share(application);
      HearApplication();
      if (mode != ext_cm_Startup) Begin();
      return S_OK;
    });
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnStartupComplete(SAFEARRAY**) noexcept override {
    AtBoundary([this] {
      if (stage_ != Stage::kConnected) return S_OK;
      // Not here, where every add-in adds to the time that Outlook takes to start, but right after.
      if (!later_.Schedule([this] { BeginLater(); })) Begin();
      return S_OK;
    });
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnBeginShutdown(SAFEARRAY**) noexcept override {
    End(Goodbye::kOutlookCloses);
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnDisconnection(ext_DisconnectMode mode, SAFEARRAY**) noexcept override {
    End(mode == ext_dm_HostShutdown ? Goodbye::kOutlookCloses : Goodbye::kAddInDisconnected);
    events_.End();
    return S_OK;
  }

  HRESULT STDMETHODCALLTYPE OnAddInsUpdate(SAFEARRAY**) noexcept override { return S_OK; }

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    const bool is_ours = iid == kIidUnknown || iid == kIidDispatch || iid == kIidDtExtensibility2;
    *object = is_ours ? static_cast<IDTExtensibility2*>(this) : nullptr;
    if (is_ours) AddRef();
    return is_ours ? S_OK : E_NOINTERFACE;
  }
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() noexcept override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }

  // Outlook calls by the vtable; nobody has a reason to call by name.
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

 private:
  enum class Stage { kNew, kConnected, kBegun, kEnded };

  void Begin() {
    if (stage_ != Stage::kConnected) return;
    stage_ = Stage::kBegun;
    actions_.begin(application_.get());
  }

  // From the first callback on: an Outlook that is told to quit while it starts must find nothing begun after that. One
  // that cannot be heard is no reason not to begin.
  void HearApplication() noexcept {
    AtBoundary([this] {
      ApplicationEvents::Handlers handlers;
      handlers.quit = [this] { End(Goodbye::kOutlookCloses); };
      handlers.item_send = [this] {
        if (stage_ == Stage::kBegun) actions_.item_sent();
      };
      events_.Begin(application_.get(), std::move(handlers));
      return S_OK;
    });
  }

  void BeginLater() noexcept {
    AtBoundary([this] {
      Begin();
      return S_OK;
    });
  }

  // Quit, OnBeginShutdown, OnDisconnection and the last Release: the first of them counts.
  void End(Goodbye why) noexcept {
    const Stage before = stage_;
    stage_ = Stage::kEnded;
    later_.Cancel();
    if (before == Stage::kBegun) {
      AtBoundary([this, why] {
        actions_.end(why);
        return S_OK;
      });
    }
    application_ = {};  // who holds Outlook's objects may keep it from closing
  }

  const LiveObject live_;
  std::atomic<ULONG> references_{1};
  const AddInActions actions_;
  Stage stage_ = Stage::kNew;
  ComPtr<IDispatch> application_;
  ApplicationEvents events_;
  Later later_;
};

}  // namespace

IDTExtensibility2* NewAddIn(AddInActions actions) { return new AddIn(std::move(actions)); }

}  // namespace offline_state
