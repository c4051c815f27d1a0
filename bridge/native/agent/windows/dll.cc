// The agent's DLL: its exports, its class factory, and the agent that its add-in controls.
#include <array>
#include <cstdlib>
#include <exception>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "agent/windows/add_in.h"
#include "agent/windows/com_object.h"
#include "agent/windows/message_loop.h"
#include "agent/windows/object_model.h"
#include "agent/windows/registration.h"
#include "channel/address.h"
#include "mapi/com_ptr.h"
#include "mapi/notify_sink.h"

#ifdef __GLIBCXX__
// Replaces libstdc++'s handler for uncaught exceptions. It prints the type of the exception, which nobody could see in
// Outlook, and would add about 100 KB of code to the DLL.
namespace __gnu_cxx {
void __verbose_terminate_handler() { std::abort(); }
}  // namespace __gnu_cxx
#endif

namespace offline_state {
namespace {

AgentOptions OptionsFrom(IDispatch* application) {
  AgentOptions options;
  options.data_directory = DataDirectoryFromEnvironment();
  options.outlook = VersionOf(application);
  options.profile = ProfileOf(application);
  options.open = FindHrOpenOfflineObj({}, nullptr);
  options.main_thread = MessageWindow::Create();  // null: no readings, but the state is still reported
  options.object_model = OutlookObjectModel(application);
  return options;
}

AddInActions AgentActions() {
  struct AgentInOutlook {
    Agent agent;
    ActivationHook activation;
  };
  const auto self = std::make_shared<AgentInOutlook>();
  AddInActions actions;
  actions.begin = [self](IDispatch* application) {
    if (!self->agent.Connect(OptionsFrom(application))) return;
    // The pointer stays valid: the hook ends before the agent does.
    self->activation.Begin([agent = &self->agent] { agent->WindowActivated(); });
  };
  actions.end = [self](ShutdownReason why) {
    self->activation.End();
    self->agent.Disconnect(why);
  };
  actions.item_sent = [self] { self->agent.RequestReading(); };
  return actions;
}

class AgentFactory final : public IClassFactory {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    const bool is_supported = iid == kIidUnknown || iid == kIidClassFactory;
    *object = is_supported ? static_cast<IClassFactory*>(this) : nullptr;
    if (is_supported) AddRef();
    return is_supported ? S_OK : E_NOINTERFACE;
  }
  // The factory lives as long as the DLL, so its references are references to the module.
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return static_cast<ULONG>(++ModuleReferences()); }
  ULONG STDMETHODCALLTYPE Release() noexcept override { return static_cast<ULONG>(--ModuleReferences()); }

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    return GuardExceptions([iid, object] {
      const auto add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(AgentActions()));
      return add_in->QueryInterface(iid, object);
    });
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) noexcept override {
    lock != FALSE ? ++ModuleReferences() : --ModuleReferences();
    return S_OK;
  }
};

AgentFactory g_factory;  // stateless, so that loading and unloading the DLL runs no constructor or destructor

std::wstring OwnPath() {
  HMODULE own = nullptr;
  GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                     reinterpret_cast<LPCWSTR>(&g_factory), &own);
  std::array<wchar_t, 32768> path{};
  const DWORD size = GetModuleFileNameW(own, path.data(), static_cast<DWORD>(path.size()));
  return std::wstring(path.data(), size);
}

}  // namespace
}  // namespace offline_state

// Does nothing: the loader lock is held, and when the process exits, the other threads have been terminated already.
extern "C" BOOL WINAPI DllMain(HINSTANCE, DWORD, LPVOID) { return TRUE; }

extern "C" HRESULT STDAPICALLTYPE DllGetClassObject(REFCLSID which, REFIID iid, LPVOID* object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (which != offline_state::kAgentClass) return CLASS_E_CLASSNOTAVAILABLE;
  return offline_state::g_factory.QueryInterface(iid, object);
}

extern "C" HRESULT STDAPICALLTYPE DllCanUnloadNow() {
  return offline_state::ModuleReferences() == 0 && offline_state::NotifySink::alive() == 0 ? S_OK : S_FALSE;
}

extern "C" HRESULT STDAPICALLTYPE DllRegisterServer() {
  return offline_state::GuardExceptions(
      [] { return offline_state::RegisterAgent(offline_state::OwnView(), offline_state::OwnPath()); });
}

extern "C" HRESULT STDAPICALLTYPE DllUnregisterServer() {
  return offline_state::GuardExceptions([] { return offline_state::UnregisterAgent(offline_state::OwnView()); });
}
