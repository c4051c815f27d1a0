#include "core/timestamp.h"

#include <windows.h>

#include <atomic>

namespace offline_state {
namespace {

using WallFn = void(WINAPI*)(FILETIME*);
using SteadyFn = void(WINAPI*)(ULONGLONG*);

constexpr std::int64_t kTicksToUnixEpoch = 116'444'736'000'000'000;  // 1601 to 1970, in units of 100 ns

// A function that older versions of Windows lack, looked up once; if two threads do so at once, they find the same. Not
// a static local variable: mingw-w64's guard for those leaks handles each time the agent's DLL is unloaded.
template <typename Fn>
class Optional {
 public:
  constexpr Optional(const wchar_t* library, const char* name) noexcept : library_(library), name_(name) {}

  Fn get() noexcept {
    if (!is_looked_up_.load(std::memory_order_acquire)) {
      const HMODULE module = GetModuleHandleW(library_);
      if (module != nullptr) found_ = reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(module, name_)));
      is_looked_up_.store(true, std::memory_order_release);
    }
    return found_;
  }

 private:
  const wchar_t* const library_;
  const char* const name_;
  std::atomic<Fn> found_{nullptr};
  std::atomic<bool> is_looked_up_{false};
};

// Not in Windows 7, on which classic Outlook still runs. The functions used there have a resolution of up to 16 ms.
Optional<WallFn> g_wall{L"kernel32.dll", "GetSystemTimePreciseAsFileTime"};
Optional<SteadyFn> g_steady{L"kernelbase.dll", "QueryInterruptTimePrecise"};  // counts sleep

}  // namespace

Timestamp Now() noexcept {
  FILETIME wall{};
  if (const WallFn precise = g_wall.get()) {
    precise(&wall);
  } else {
    GetSystemTimeAsFileTime(&wall);
  }
  Timestamp moment;
  const auto ticks =
      static_cast<std::int64_t>((static_cast<std::uint64_t>(wall.dwHighDateTime) << 32U) | wall.dwLowDateTime);
  moment.unix_ms = (ticks - kTicksToUnixEpoch) / 10'000;
  if (const SteadyFn precise = g_steady.get()) {
    ULONGLONG steady = 0;
    precise(&steady);
    moment.steady_us = static_cast<std::int64_t>(steady / 10);
  } else {
    moment.steady_us = static_cast<std::int64_t>(GetTickCount64()) * 1000;  // counts sleep too
  }
  return moment;
}

}  // namespace offline_state
