// RAII for Windows handles, and errors of Windows functions. Windows only.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <string>
#include <system_error>
#include <utility>

namespace offline_state {

// Owns a kernel handle. INVALID_HANDLE_VALUE counts as none.
class UniqueHandle {
 public:
  UniqueHandle() noexcept = default;
  explicit UniqueHandle(HANDLE handle) noexcept : handle_(handle == INVALID_HANDLE_VALUE ? nullptr : handle) {}
  UniqueHandle(UniqueHandle&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  UniqueHandle& operator=(UniqueHandle&& other) noexcept {
    if (this != &other) {
      Reset();
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~UniqueHandle() { Reset(); }

  HANDLE get() const noexcept { return handle_; }
  explicit operator bool() const noexcept { return handle_ != nullptr; }
  void Reset() noexcept {
    if (handle_ != nullptr) CloseHandle(std::exchange(handle_, nullptr));
  }

 private:
  HANDLE handle_ = nullptr;
};

// The error of the Windows function `call`, which has just failed.
inline std::system_error LastError(const char* call) {
  return std::system_error(static_cast<int>(GetLastError()), std::system_category(), call);
}

// A manual-reset event without a name, not set. Throws std::system_error.
inline UniqueHandle MakeEvent() {
  UniqueHandle event(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) throw LastError("CreateEvent");
  return event;
}

inline bool IsSet(HANDLE waitable) noexcept { return WaitForSingleObject(waitable, 0) == WAIT_OBJECT_0; }

}  // namespace offline_state
