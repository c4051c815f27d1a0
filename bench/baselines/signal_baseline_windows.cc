#include <windows.h>

#include <atomic>
#include <thread>

#include "signal_baseline.h"

namespace offline_state::bench {

struct SignalBaseline::Parts {
  Parts() : event(CreateEventW(nullptr, /*bManualReset=*/FALSE, /*bInitialState=*/FALSE, nullptr)) {
    thread = std::thread([this] {
      while (!stopping) WaitForSingleObject(event, INFINITE);
    });
  }
  ~Parts() {
    stopping = true;
    SetEvent(event);
    thread.join();
    CloseHandle(event);
  }
  std::atomic<int> value{-1};
  std::atomic<bool> stopping{false};
  HANDLE event;
  std::thread thread;
};

SignalBaseline::SignalBaseline() : parts_(std::make_unique<Parts>()) {}

SignalBaseline::~SignalBaseline() = default;

void SignalBaseline::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  SetEvent(parts_->event);
}

struct PollBaseline::Parts {
  Parts()
      : event(CreateEventW(nullptr, /*bManualReset=*/TRUE, /*bInitialState=*/FALSE, nullptr)),
        other(CreateEventW(nullptr, /*bManualReset=*/TRUE, /*bInitialState=*/FALSE, nullptr)) {
    thread = std::thread([this] {
      const HANDLE waits[2] = {event, other};
      while (!stopping) {
        WaitForMultipleObjects(2, waits, /*bWaitAll=*/FALSE, INFINITE);
        ResetEvent(event);
      }
    });
  }
  ~Parts() {
    stopping = true;
    SetEvent(other);
    thread.join();
    CloseHandle(event);
    CloseHandle(other);
  }
  std::atomic<int> value{-1};
  std::atomic<bool> stopping{false};
  HANDLE event;
  HANDLE other;
  std::thread thread;
};

PollBaseline::PollBaseline() : parts_(std::make_unique<Parts>()) {}

PollBaseline::~PollBaseline() = default;

void PollBaseline::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  SetEvent(parts_->event);
}

}  // namespace offline_state::bench
