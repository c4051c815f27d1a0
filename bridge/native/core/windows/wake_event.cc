#include "core/wake_event.h"

#include <windows.h>

#include <system_error>

namespace offline_state {
namespace {

// Manual reset: the I/O thread waits for several handles, and another one may wake it first.
class WindowsWakeEvent final : public WakeEvent {
 public:
  WindowsWakeEvent() : event_(CreateEventW(nullptr, /*bManualReset=*/TRUE, /*bInitialState=*/FALSE, nullptr)) {
    if (event_ == nullptr) {
      throw std::system_error(static_cast<int>(GetLastError()), std::system_category(), "CreateEvent");
    }
  }
  ~WindowsWakeEvent() override { CloseHandle(event_); }
  WindowsWakeEvent(const WindowsWakeEvent&) = delete;
  WindowsWakeEvent& operator=(const WindowsWakeEvent&) = delete;

  void Wake() noexcept override { SetEvent(event_); }
  void Clear() noexcept override { ResetEvent(event_); }
  std::intptr_t handle() const noexcept override { return reinterpret_cast<std::intptr_t>(event_); }

 private:
  const HANDLE event_;
};

}  // namespace

std::shared_ptr<WakeEvent> WakeEvent::Create() { return std::make_shared<WindowsWakeEvent>(); }

}  // namespace offline_state
