// The main thread's loop of the simulated Outlook, where Windows has no messages: the lines of its input, and what the
// agent hands over to the main thread. POSIX only.
#pragma once

#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "agent/main_thread.h"
#include "agent/waker.h"

namespace offline_state {

class MainLoop final : public MainThread {
 public:
  // `input` is read without a buffer from now on. Throws std::system_error.
  explicit MainLoop(std::FILE* input);

  bool Post(Call call) noexcept override;
  bool PostLater(std::uint32_t delay_ms, Call call) noexcept override;

  // The next line; runs the calls that come before it. False at the end of the input. Main thread.
  bool NextLine(std::string& line);

 private:
  void RunPosted();
  void RunTimers();
  int TimeoutMs() const;

  std::FILE* const input_;
  const std::shared_ptr<Waker> waker_;
  std::mutex mutex_;
  std::deque<Call> posted_;
  std::multimap<std::int64_t, Call> timers_;  // by Moment::steady_us; of the main thread alone
};

}  // namespace offline_state
