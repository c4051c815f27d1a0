#include "simulator/posix/main_loop.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <utility>

#include "core/timestamp.h"
#include "simulator/command_line.h"

namespace offline_state {

// Unbuffered, because poll() does not see lines in a buffer.
MainLoop::MainLoop(std::FILE* input) : input_(input), wake_event_(WakeEvent::Create()) {
  std::setvbuf(input_, nullptr, _IONBF, 0);
}

bool MainLoop::Post(Call call) noexcept {
  try {
    const std::lock_guard<std::mutex> lock(mutex_);
    posted_.push_back(std::move(call));
  } catch (const std::exception&) {
    return false;
  }
  wake_event_->Wake();
  return true;
}

bool MainLoop::PostLater(std::uint32_t delay_ms, Call call) noexcept {
  try {
    timers_.emplace(Now().steady_us + std::int64_t{delay_ms} * 1000, std::move(call));
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

bool MainLoop::NextLine(std::string& line) {
  for (;;) {
    std::array<pollfd, 2> waits{{{static_cast<int>(wake_event_->handle()), POLLIN, 0}, {fileno(input_), POLLIN, 0}}};
    if (poll(waits.data(), static_cast<nfds_t>(waits.size()), TimeoutMs()) < 0 && errno != EINTR) return false;
    if (waits[0].revents != 0) wake_event_->Clear();
    RunPosted();
    RunTimers();
    if (waits[1].revents != 0) return ReadLine(input_, line);
  }
}

void MainLoop::RunPosted() {
  for (;;) {
    Call call;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (posted_.empty()) return;
      call = std::move(posted_.front());
      posted_.pop_front();
    }
    call();
  }
}

void MainLoop::RunTimers() {
  while (!timers_.empty() && timers_.begin()->first <= Now().steady_us) {
    const Call call = std::move(timers_.extract(timers_.begin()).mapped());
    call();
  }
}

int MainLoop::TimeoutMs() const {
  if (timers_.empty()) return -1;
  const std::int64_t left_us = timers_.begin()->first - Now().steady_us;
  return static_cast<int>(std::clamp<std::int64_t>(left_us / 1000 + 1, 0, 60'000));
}

}  // namespace offline_state
