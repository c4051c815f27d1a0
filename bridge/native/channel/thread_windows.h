// A thread that its owner joins. Windows only.
//
// Not std::thread: with some compilers for Windows that leaves handles behind for each thread that has ever joined one,
// in a DLL that comes and goes in Outlook.
#pragma once

#include <process.h>

#include <cerrno>
#include <functional>
#include <utility>

#include "channel/handle_windows.h"

namespace offline_state {

class Thread {
 public:
  // `body` must not throw. Throws std::system_error when there is no thread to be had.
  explicit Thread(std::function<void()> body) : body_(std::move(body)) {
    handle_ = UniqueHandle(reinterpret_cast<HANDLE>(_beginthreadex(nullptr, 0, &Main, &body_, 0, nullptr)));
    if (!handle_) throw std::system_error(errno, std::generic_category(), "_beginthreadex");
  }
  ~Thread() { Join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // Idempotent. Returns when the thread has left all of this library's code.
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
