#include <windows.h>

#include <system_error>

#include "agent/waker.h"

namespace offline_state {
namespace {

// Reset by hand: the I/O thread waits on several handles and may be woken by another one first.
class WindowsWaker final : public Waker {
 public:
  WindowsWaker() : event_(CreateEventW(nullptr, /*bManualReset=*/TRUE, /*bInitialState=*/FALSE, nullptr)) {
    if (event_ == nullptr) {
      throw std::system_error(static_cast<int>(GetLastError()), std::system_category(), "CreateEvent");
    }
  }
  ~WindowsWaker() override { CloseHandle(event_); }
  WindowsWaker(const WindowsWaker&) = delete;
  WindowsWaker& operator=(const WindowsWaker&) = delete;

  void Wake() noexcept override { SetEvent(event_); }
  void Clear() noexcept override { ResetEvent(event_); }
  std::intptr_t handle() const noexcept override { return reinterpret_cast<std::intptr_t>(event_); }

 private:
  const HANDLE event_;
};

}  // namespace

std::shared_ptr<Waker> Waker::Create() { return std::make_shared<WindowsWaker>(); }

}  // namespace offline_state
