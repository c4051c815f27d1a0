// The main loop of the simulated Outlook, in place of a Windows message loop: reads commands, and runs the calls that
// the agent posts to the main thread. POSIX only.
#pragma once

#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agent/main_thread.h"
#include "core/wake_event.h"

namespace offline_state {

class MainLoop final : public MainThread {
 public:
  // Makes `input` unbuffered. Throws std::system_error.
  explicit MainLoop(std::FILE* input);

  bool Post(Call call) noexcept override;
  bool PostLater(std::uint32_t delay_ms, Call call) noexcept override;

  // Reads the next line, and runs posted and due calls until it arrives. False at the end of the input. Main thread.
  bool NextLine(std::string& line);

 private:
  void RunPosted();
  void RunTimers();
  int TimeoutMs() const;

  std::FILE* const input_;
  const std::shared_ptr<WakeEvent> wake_event_;
  std::mutex mutex_;
  std::deque<Call> posted_;
  std::multimap<std::int64_t, Call> timers_;  // by Timestamp::steady_us; main thread only
};

}  // namespace offline_state
