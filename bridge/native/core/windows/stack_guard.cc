// The guard value of the stack protector, for mingw. Its own library would get the value from Windows' cryptography,
// which loads three DLLs while ours is being loaded, with the loader lock held, and takes ten times as long as
// everything else. This does what the run-time library of Visual Studio does, which has its own guard and needs nothing
// from this file.
#ifdef __MINGW32__
#include <windows.h>

#include <cstdint>

namespace {

// Waits for nothing and loads nothing. The value is not secret, but differs in each process. A separate function that
// is not inlined, because a guarded function must not be running when the guard changes.
[[gnu::noinline]] std::uintptr_t Guard() noexcept {
  FILETIME wall{};
  LARGE_INTEGER counter{};
  GetSystemTimeAsFileTime(&wall);
  QueryPerformanceCounter(&counter);
  std::uint64_t guard = (std::uint64_t{wall.dwHighDateTime} << 32U | wall.dwLowDateTime) ^
                        static_cast<std::uint64_t>(counter.QuadPart) * 0x9E3779B97F4A7C15U ^
                        std::uint64_t{GetCurrentProcessId()} << 16U ^ std::uint64_t{GetCurrentThreadId()} << 40U ^
                        reinterpret_cast<std::uintptr_t>(&wall);
  guard = (guard ^ guard >> 29U) * 0xBF58476D1CE4E5B9U;
  guard ^= guard >> 32U;
  return static_cast<std::uintptr_t>(guard & ~std::uint64_t{0xFF});  // a zero byte stops overflows of text
}

}  // namespace

extern "C" {

std::uintptr_t __stack_chk_guard = Guard();

[[noreturn]] void __stack_chk_fail() {
  TerminateProcess(GetCurrentProcess(), 0xC0000409U);  // STATUS_STACK_BUFFER_OVERRUN
  for (;;) {
  }
}

}  // extern "C"
#endif
