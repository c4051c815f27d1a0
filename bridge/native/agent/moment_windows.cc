#include <windows.h>

#include <atomic>

#include "agent/present.h"

namespace offline_state {
namespace {

using WallFn = void(WINAPI*)(FILETIME*);
using SteadyFn = void(WINAPI*)(ULONGLONG*);

constexpr std::int64_t kTicksToUnixEpoch = 116'444'736'000'000'000;  // 1601 to 1970, in units of 100 ns

// A function that a Windows may lack, looked up once; two threads may do so at once, and find the same. Not a static
// local: what some compilers guard those with leaves handles behind each time that the agent's DLL is unloaded.
template <typename Fn>
class Optional {
 public:
  constexpr Optional(const wchar_t* library, const char* name) noexcept : library_(library), name_(name) {}

  Fn get() noexcept {
    if (!looked_.load(std::memory_order_acquire)) {
      const HMODULE module = GetModuleHandleW(library_);
      if (module != nullptr) found_ = reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(module, name_)));
      looked_.store(true, std::memory_order_release);
    }
    return found_;
  }

 private:
  const wchar_t* const library_;
  const char* const name_;
  std::atomic<Fn> found_{nullptr};
  std::atomic<bool> looked_{false};
};

// The precise clocks are younger than the oldest Windows that classic Outlook runs on; the coarse ones step by up to 16
// ms.
Optional<WallFn> g_wall{L"kernel32.dll", "GetSystemTimePreciseAsFileTime"};
Optional<SteadyFn> g_steady{L"kernelbase.dll", "QueryInterruptTimePrecise"};  // counts sleep

}  // namespace

Moment Now() noexcept {
  FILETIME wall{};
  if (const WallFn precise = g_wall.get()) {
    precise(&wall);
  } else {
    GetSystemTimeAsFileTime(&wall);
  }
  Moment moment;
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
