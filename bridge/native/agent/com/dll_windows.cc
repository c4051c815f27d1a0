// What COM and Windows call in the agent's DLL.
#include <array>
#include <atomic>
#include <string>

#include "agent/com/agent_in_outlook_windows.h"
#include "agent/com/boundary.h"
#include "agent/com/class_id_windows.h"
#include "agent/com/live_objects.h"
#include "agent/com/registration_windows.h"
#include "mapi/notify_sink.h"

namespace offline_state {
namespace {

class AgentFactory final : public IClassFactory {
 public:
  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    const bool is_ours = iid == kIidUnknown || iid == kIidClassFactory;
    *object = is_ours ? static_cast<IClassFactory*>(this) : nullptr;
    if (is_ours) AddRef();
    return is_ours ? S_OK : E_NOINTERFACE;
  }
  // One for the life of the DLL: its references are counted as what keeps the DLL loaded.
  ULONG STDMETHODCALLTYPE AddRef() noexcept override { return static_cast<ULONG>(++LiveObjects()); }
  ULONG STDMETHODCALLTYPE Release() noexcept override { return static_cast<ULONG>(--LiveObjects()); }

  HRESULT STDMETHODCALLTYPE CreateInstance(IUnknown* outer, REFIID iid, void** object) noexcept override {
    if (object == nullptr) return E_POINTER;
    *object = nullptr;
    if (outer != nullptr) return CLASS_E_NOAGGREGATION;
    return AtBoundary([iid, object] {
      const auto add_in = ComPtr<IDTExtensibility2>::Adopt(NewAddIn(AgentActions()));
      return add_in->QueryInterface(iid, object);
    });
  }
  HRESULT STDMETHODCALLTYPE LockServer(BOOL lock) noexcept override {
    lock != FALSE ? ++LiveObjects() : --LiveObjects();
    return S_OK;
  }
};

AgentFactory g_factory;  // without state, so that nothing is made or unmade when the DLL comes or goes

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

// Nothing is done here, and nothing when the DLL goes: the loader's lock is held, and at the end of the process the
// other threads have been ended already.
extern "C" BOOL WINAPI DllMain(HINSTANCE, DWORD, LPVOID) { return TRUE; }

extern "C" HRESULT STDAPICALLTYPE DllGetClassObject(REFCLSID which, REFIID iid, LPVOID* object) {
  if (object == nullptr) return E_POINTER;
  *object = nullptr;
  if (which != offline_state::kAgentClass) return CLASS_E_CLASSNOTAVAILABLE;
  return offline_state::g_factory.QueryInterface(iid, object);
}

extern "C" HRESULT STDAPICALLTYPE DllCanUnloadNow() {
  return offline_state::LiveObjects() == 0 && offline_state::NotifySink::alive() == 0 ? S_OK : S_FALSE;
}

extern "C" HRESULT STDAPICALLTYPE DllRegisterServer() {
  return offline_state::AtBoundary(
      [] { return offline_state::RegisterAgent(offline_state::OwnView(), offline_state::OwnPath()); });
}

extern "C" HRESULT STDAPICALLTYPE DllUnregisterServer() {
  return offline_state::AtBoundary([] { return offline_state::UnregisterAgent(offline_state::OwnView()); });
}
