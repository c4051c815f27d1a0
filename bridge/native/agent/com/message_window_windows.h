// Outlook's main thread as the agent's other thread reaches it: a window that nobody sees, because messages to a window
// are handled by every loop that Outlook runs, a dialog's too. Windows only.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "agent/com/live_objects.h"
#include "agent/main_thread.h"
#include "agent/mutex.h"
#include "channel/handle_windows.h"

namespace offline_state {

class MessageWindow final : public MainThread, public std::enable_shared_from_this<MessageWindow> {
 public:
  // On the thread that is to run the calls, which must end it too. Null when Windows gives no window. Throws
  // std::bad_alloc.
  static std::shared_ptr<MessageWindow> Create();

  MessageWindow() noexcept;  // for Create
  // Calls that wait will not run.
  ~MessageWindow() override;
  MessageWindow(const MessageWindow&) = delete;
  MessageWindow& operator=(const MessageWindow&) = delete;

  bool Post(Call call) noexcept override;
  bool PostLater(std::uint32_t delay_ms, Call call) noexcept override;

 private:
  static LRESULT CALLBACK OnMessage(HWND window, UINT message, WPARAM wide, LPARAM is_long) noexcept;
  void RunPosted();
  void RunTimer(UINT_PTR timer);

  const LiveObject live_;
  HWND window_ = nullptr;
  Mutex mutex_;
  std::vector<Call> posted_;
  std::vector<std::pair<UINT_PTR, Call>> timers_;  // of the window's thread alone
  UINT_PTR last_timer_ = 0;
};

}  // namespace offline_state
