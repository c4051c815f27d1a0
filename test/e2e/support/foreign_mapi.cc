// An independent MAPI provider, which declares the documented ABI itself and logs every call to the file
// FOREIGN_MAPI_LOG. The test compiles it and loads it with `npm start -- --mapi`.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

namespace {

using HResult = std::int32_t;
using ULong = std::uint32_t;

constexpr HResult kOk = 0;
constexpr HResult kNoInterface = static_cast<HResult>(0x80004002);
constexpr HResult kInvalidArgument = static_cast<HResult>(0x80070057);

struct Guid {
  std::uint32_t data1;
  std::uint16_t data2;
  std::uint16_t data3;
  std::uint8_t data4[8];
};

bool Same(const Guid& a, const Guid& b) { return std::memcmp(&a, &b, sizeof(Guid)) == 0; }

constexpr Guid kUnknown = {0x00000000, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
constexpr Guid kOffline = {0x000672B5, 0x0000, 0x0000, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};
constexpr Guid kOfflineMgr = {0x42175607, 0xFF3E, 0x4790, {0xBC, 0x18, 0x66, 0xC8, 0x64, 0x3E, 0x64, 0x24}};
constexpr Guid kOfflineNotify = {0x0317BDE5, 0xFC29, 0x44CD, {0x8D, 0xCD, 0x36, 0x12, 0x5A, 0x3B, 0xE9, 0xEC}};
constexpr Guid kGlobalState = {0xFBEFFD93, 0xB11F, 0x4094, {0x84, 0x2B, 0x96, 0xDC, 0xD3, 0x1E, 0x63, 0xD1}};

struct Unknown {
  virtual HResult QueryInterface(const Guid& iid, void** object) = 0;
  virtual ULong AddRef() = 0;
  virtual ULong Release() = 0;
};

struct NotifyInfo {
  ULong size;
  ULong type;
  ULong client_token;
  struct {
    ULong mask;
    ULong before;
    ULong after;
  } change;
};

struct OfflineNotify : Unknown {
  virtual void Notify(const NotifyInfo* info) = 0;
};

struct AdviseInfo {
  ULong size;
  ULong client_token;
  ULong callback_type;
  Unknown* callback;
  ULong advise_types;
  ULong state_mask;
};

void Log(const char* call) {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  const char* file = std::getenv("FOREIGN_MAPI_LOG");
  if (file == nullptr) return;
  std::FILE* log = std::fopen(file, "a");
  if (log == nullptr) return;
  std::fprintf(log, "%s\n", call);
  std::fclose(log);
}

constexpr ULong kStateOffline = 1;
constexpr ULong kStateOnline = 2;
constexpr ULong kMask = 3;
constexpr ULong kToken = 77;

// IUnknown 0-2, IMAPIOffline 3-6 (the last a placeholder), IMAPIOfflineMgr 7 and 8 and seven placeholders.
struct Manager {
  virtual HResult QueryInterface(const Guid& iid, void** object) {
    if (!Same(iid, kUnknown) && !Same(iid, kOffline) && !Same(iid, kOfflineMgr)) {
      *object = nullptr;
      return kNoInterface;
    }
    *object = this;
    AddRef();
    return kOk;
  }
  virtual ULong AddRef() { return ++references; }
  virtual ULong Release() { return --references; }

  virtual HResult SetCurrentState(ULong flags, ULong mask, ULong state, void*) {
    Log("SetCurrentState");
    if (flags != 0 || mask != kMask || (state != kStateOffline && state != kStateOnline)) return kInvalidArgument;
    Change(state);
    return kOk;
  }
  virtual HResult GetCapabilities(ULong* capabilities) {
    Log("GetCapabilities");
    *capabilities = 3;
    return kOk;
  }
  virtual HResult GetCurrentState(ULong* state) {
    Log("GetCurrentState");
    *state = current | 0x00010300;  // more bits than requested, as documented
    return kOk;
  }
  virtual HResult Placeholder1() { return Placed(); }

  virtual HResult Advise(ULong flags, AdviseInfo* info, ULong* token) {
    Log("Advise");
    if (flags != 0 || info == nullptr || info->size != sizeof(AdviseInfo) || info->callback_type != 0 ||
        info->advise_types != 1 || info->state_mask != 0x003F037F || info->callback == nullptr) {
      return kInvalidArgument;
    }
    void* callback = nullptr;
    if (info->callback->QueryInterface(kOfflineNotify, &callback) != kOk) return kNoInterface;
    sink = static_cast<OfflineNotify*>(callback);
    client_token = info->client_token;
    *token = kToken;
    return kOk;
  }
  virtual HResult Unadvise(ULong flags, ULong token) {
    Log("Unadvise");
    OfflineNotify* released = sink.exchange(nullptr);
    if (flags != 0 || token != kToken || released == nullptr) return kInvalidArgument;
    Log(released->Release() == 0 ? "the sink was released" : "the sink is still held");
    return kOk;
  }
  virtual HResult Placeholder2() { return Placed(); }
  virtual HResult Placeholder3() { return Placed(); }
  virtual HResult Placeholder4() { return Placed(); }
  virtual HResult Placeholder5() { return Placed(); }
  virtual HResult Placeholder6() { return Placed(); }
  virtual HResult Placeholder7() { return Placed(); }
  virtual HResult Placeholder8() { return Placed(); }

  HResult Placed() {
    Log("a placeholder was called");
    return kInvalidArgument;
  }

  // Sends START, STATECHANGE and DONE from another thread.
  void Change(ULong state) {
    std::thread([this, state] {
      const ULong before = current.exchange(state);
      OfflineNotify* to = sink;
      if (to == nullptr) return;
      for (ULong type = 1; type <= 3; ++type) {
        const NotifyInfo info = {sizeof(NotifyInfo), type, client_token, {kMask, before, state}};
        to->Notify(&info);
      }
    }).detach();
  }

  std::atomic<ULong> references{0};
  std::atomic<ULong> current{kStateOnline};
  std::atomic<OfflineNotify*> sink{nullptr};
  std::atomic<ULong> client_token{0};
};

Manager manager;

}  // namespace

extern "C" __attribute__((visibility("default"))) HResult HrOpenOfflineObj(ULong reserved, const char16_t* profile,
                                                                           const Guid* guid, const Guid* reserved2,
                                                                           void** object) {
  Log("HrOpenOfflineObj");
  if (reserved != 0 || reserved2 != nullptr || guid == nullptr || !Same(*guid, kGlobalState) || object == nullptr) {
    return kInvalidArgument;
  }
  Log(profile == nullptr || profile[0] == 0 ? "default profile" : "named profile");
  manager.AddRef();
  *object = &manager;
  return kOk;
}
