#include "simulated/line_reader_windows.h"

#include <deque>
#include <mutex>
#include <thread>

#include "channel/handle_windows.h"
#include "simulated/outlook_command.h"

namespace offline_state {

struct LineReader::Shared {
  std::mutex mutex;
  std::deque<std::string> lines;
  bool ended = false;
  UniqueHandle arrived = MakeEvent();
};

// The thread may be waiting for a line when the process ends, and ends with it: nobody can wake a read of standard
// input.
LineReader::LineReader(std::FILE* input) : shared_(std::make_shared<Shared>()) {
  std::thread([input, shared = shared_] {
    std::string line;
    for (bool more = true; more;) {
      more = ReadLine(input, line);
      const std::lock_guard<std::mutex> lock(shared->mutex);
      if (more) shared->lines.push_back(line);
      shared->ended = !more;
      SetEvent(shared->arrived.get());
    }
  }).detach();
}

LineReader::~LineReader() = default;

bool LineReader::Next(std::string& line) {
  for (;;) {
    MSG message;
    while (PeekMessageW(&message, nullptr, 0, 0, PM_REMOVE) != 0) DispatchMessageW(&message);
    {
      const std::lock_guard<std::mutex> lock(shared_->mutex);
      if (!shared_->lines.empty()) {
        line = std::move(shared_->lines.front());
        shared_->lines.pop_front();
        return true;
      }
      if (shared_->ended) return false;
      ResetEvent(shared_->arrived.get());
    }
    const HANDLE arrived = shared_->arrived.get();
    MsgWaitForMultipleObjectsEx(1, &arrived, INFINITE, QS_ALLINPUT, MWMO_INPUTAVAILABLE);
  }
}

}  // namespace offline_state
