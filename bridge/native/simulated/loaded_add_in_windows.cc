#include "simulated/loaded_add_in_windows.h"

#include "agent/present.h"
#include "channel/text_windows.h"
#include "simulated/resiliency_windows.h"

namespace offline_state {
namespace {

using GetClassObjectFn = HRESULT(STDAPICALLTYPE*)(REFCLSID which, REFIID iid, LPVOID* object);
using CanUnloadNowFn = HRESULT(STDAPICALLTYPE*)();

template <typename Fn>
Fn Find(HMODULE library, const char* name) noexcept {
  return reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(library, name)));
}

// Adds to `total` how long it lives, in milliseconds.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) noexcept : total_(total) { QueryPerformanceCounter(&from_); }
  ~Stopwatch() {
    LARGE_INTEGER now{};
    LARGE_INTEGER frequency{};
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&frequency);
    total_ += static_cast<double>(now.QuadPart - from_.QuadPart) * 1000 / static_cast<double>(frequency.QuadPart);
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  LARGE_INTEGER from_{};
};

}  // namespace

bool LoadedAddIn::Create(std::string& error) {
  const std::string name = Utf8Text(registered_.prog_id);
  if (registered_.dll.empty()) {
    error = name + " has no class for an Outlook of this bitness";
    return false;
  }
  library_ = LoadLibraryExW(registered_.dll.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
  const auto get = library_ == nullptr ? nullptr : Find<GetClassObjectFn>(library_, "DllGetClassObject");
  if (get == nullptr) {
    error = name + ": " + Utf8Text(registered_.dll) + " cannot be loaded (" + std::to_string(GetLastError()) + ")";
    return false;
  }
  void* asked = nullptr;
  HRESULT result = get(registered_.class_id, kIidClassFactory, &asked);
  if (SUCCEEDED(result)) {
    const auto factory = ComPtr<IClassFactory>::Adopt(static_cast<IClassFactory*>(asked));
    result = factory->CreateInstance(nullptr, kIidDtExtensibility2, &asked);
  }
  if (FAILED(result)) {
    error = name + " cannot be created (" + std::to_string(result) + ")";
    return false;
  }
  add_in_ = ComPtr<IDTExtensibility2>::Adopt(static_cast<IDTExtensibility2*>(asked));
  return true;
}

bool LoadedAddIn::Connect(ext_ConnectMode mode, std::string& error) {
  const InTheAddIn marked({registered_.dll, registered_.friendly_name}, registered_.is_registered);
  load_ms_ = 0;
  callbacks_ms_ = 0;
  {
    const Stopwatch watch(load_ms_);
    if (!Create(error)) {
      Unload();
      return false;
    }
  }
  const Stopwatch watch(callbacks_ms_);
  add_in_->OnConnection(application_.get(), mode, nullptr, nullptr);
  return true;
}

void LoadedAddIn::CompleteStartup() {
  const InTheAddIn marked({registered_.dll, registered_.friendly_name}, registered_.is_registered);
  const Stopwatch watch(callbacks_ms_);
  add_in_->OnStartupComplete(nullptr);
}

void LoadedAddIn::BeginShutdown() { add_in_->OnBeginShutdown(nullptr); }

void LoadedAddIn::Disconnect(ext_DisconnectMode mode) {
  add_in_->OnDisconnection(mode, nullptr);
  // What others hold of an add-in that has been disconnected is a leak.
  add_in_->AddRef();
  const ULONG references = add_in_->Release() - 1;
  add_in_ = {};
  leftover_ = references == 0 ? "" : std::to_string(references) + " references held";
  Unload();
}

void LoadedAddIn::Unload() {
  if (library_ == nullptr) return;
  const auto can_unload = Find<CanUnloadNowFn>(library_, "DllCanUnloadNow");
  if (can_unload != nullptr && can_unload() == S_OK) {
    FreeLibrary(library_);
  } else {
    leftover_ += leftover_.empty() ? "it keeps its DLL loaded" : ", and it keeps its DLL loaded";
  }
  library_ = nullptr;
}

}  // namespace offline_state
