// A thread that its owner joins. Windows only.
//
// Not std::thread: that of mingw-w64 (winpthreads) leaks handles for each thread that has joined another, and Outlook
// may load and unload the agent's DLL many times.
#pragma once

#include <process.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "core/windows/handle.h"

namespace offline_state {

class Thread {
 public:
  // `body` must not throw. Throws std::system_error if no thread can be created.
  explicit Thread(std::function<void()> body) : body_(std::move(body)) {
    handle_ = UniqueHandle(reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, &Main, &body_, 0, nullptr)));
    if (!handle_) throw std::system_error(errno, std::generic_category(), "_beginthreadex");
  }
  ~Thread() { Join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Idempotent. Returns after the thread has left this library's code.
  void Join() noexcept {
    if (!handle_) return;
    WaitForSingleObject(handle_.get(), INFINITE);
    handle_.Reset();
  }

 private:
  static unsigned __stdcall Main(void* body) noexcept {
    (*static_cast<std::function<void()>*>(body))();
    return 0;
  }

  std::function<void()> body_;
  UniqueHandle handle_;
};

}  // namespace offline_state
