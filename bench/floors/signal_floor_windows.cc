#include <windows.h>

#include <atomic>
#include <thread>

#include "signal_floor.h"

namespace offline_state::bench {

struct SignalFloor::Parts {
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

SignalFloor::SignalFloor() : parts_(std::make_unique<Parts>()) {}

SignalFloor::~SignalFloor() = default;

void SignalFloor::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  SetEvent(parts_->event);
}

struct PolledFloor::Parts {
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

PolledFloor::PolledFloor() : parts_(std::make_unique<Parts>()) {}

PolledFloor::~PolledFloor() = default;

void PolledFloor::Signal(int value) noexcept {
  parts_->value.store(value, std::memory_order_release);
  SetEvent(parts_->event);
}

}  // namespace offline_state::bench
