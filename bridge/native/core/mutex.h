// The mutex of everything that lives in Outlook's process.
//
// POSIX: std::mutex. Windows: a slim reader/writer lock, which owns no resource. The std::mutex of mingw-w64's
// winpthreads allocates memory and handles on first use and its destructor does not free them, so the agent would leak
// each time Outlook unloads it.
#pragma once

#include <mutex>

#ifdef _WIN32
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#endif

namespace offline_state {

#ifdef _WIN32
class Mutex {
 public:
  Mutex() noexcept = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() noexcept { AcquireSRWLockExclusive(&lock_); }
  void unlock() noexcept { ReleaseSRWLockExclusive(&lock_); }

 private:
  SRWLOCK lock_ = SRWLOCK_INIT;
};
#else
using Mutex = std::mutex;
#endif

}  // namespace offline_state
