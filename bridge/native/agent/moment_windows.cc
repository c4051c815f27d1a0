#include <windows.h>

#include "agent/present.h"

namespace offline_state {
namespace {

using WallFn = void(WINAPI*)(FILETIME*);
using SteadyFn = void(WINAPI*)(ULONGLONG*);

constexpr std::int64_t kTicksToUnixEpoch = 116'444'736'000'000'000;  // 1601 to 1970, in units of 100 ns

template <typename Fn>
Fn Find(const wchar_t* library, const char* name) noexcept {
  const HMODULE module = GetModuleHandleW(library);
  return module == nullptr ? nullptr : reinterpret_cast<Fn>(reinterpret_cast<void*>(GetProcAddress(module, name)));
}

// The precise clocks are younger than the oldest Windows that classic Outlook runs on; the coarse ones step by up to 16
// ms.
struct Clocks {
  WallFn wall = Find<WallFn>(L"kernel32.dll", "GetSystemTimePreciseAsFileTime");
  SteadyFn steady = Find<SteadyFn>(L"kernelbase.dll", "QueryInterruptTimePrecise");  // counts sleep
};

const Clocks& TheClocks() noexcept {
  static const Clocks clocks;
  return clocks;
}

}  // namespace

Moment Now() noexcept {
  const Clocks& clocks = TheClocks();
  FILETIME wall{};
  if (clocks.wall != nullptr) {
    clocks.wall(&wall);
  } else {
    GetSystemTimeAsFileTime(&wall);
  }
  Moment moment;
  const auto ticks =
      static_cast<std::int64_t>((static_cast<std::uint64_t>(wall.dwHighDateTime) << 32U) | wall.dwLowDateTime);
  moment.unix_ms = (ticks - kTicksToUnixEpoch) / 10'000;
  if (clocks.steady != nullptr) {
    ULONGLONG steady = 0;
    clocks.steady(&steady);
    moment.steady_us = static_cast<std::int64_t>(steady / 10);
  } else {
    moment.steady_us = static_cast<std::int64_t>(GetTickCount64()) * 1000;  // counts sleep too
  }
  return moment;
}

}  // namespace offline_state
