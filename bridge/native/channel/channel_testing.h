// Helpers for the channel's tests: an agent's end without MAPI, and a listener that keeps what a bridge's end reports.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "channel/client.h"
#include "channel/server.h"

namespace offline_state::testing {

constexpr Source kListening{Phase::kListening, Reason::kNone, 0, true, true};

// The agent's end, whose status the test changes in place of MAPI.
struct TestAgent {
  explicit TestAgent(const std::string& data_directory, Hello hello = {kChannelVersion, "1.2.3", "16.0.1", "Outlook"})
      : server(ChannelServer::Start(data_directory, std::move(hello), status, wake_event, [this] { ++requests; })) {}

  // As number 1, without a state.
  void Listen() {
    status->Update([](Status& current) {
      current.source = kListening;
      return ++current.number > 0;
    });
  }
  // As the next number.
  void Change(State state) {
    status->Update([state](Status& current) {
      current.state = state;
      current.since = current.confirmed = Now();
      current.since_known = true;
      return ++current.number > 0;
    });
  }

  // Whether readings have been requested this often, within 10 s: an upper limit, not an expectation.
  bool AwaitRequests(int count) const {
    for (int tries = 0; tries < 10'000 && requests < count; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return requests >= count;
  }

  std::atomic<int> requests{0};
  std::shared_ptr<WakeEvent> wake_event = WakeEvent::Create();
  std::shared_ptr<LatestValue<Status>> status =
      std::make_shared<LatestValue<Status>>([wake = wake_event] { wake->Wake(); });
  std::unique_ptr<ChannelServer> server;
};

// Keeps everything that a client reports, in order.
class StatusLog {
 public:
  ChannelClient::Listener Listener() {
    return [this](const ClientStatus& status) {
      const std::lock_guard<std::mutex> lock(mutex_);
      statuses_.push_back(status);
      changed_.notify_all();
    };
  }

  // The first status after the last one awaited for which `wanted` returns true; waits for it for at most 10 s, an
  // upper limit and not an expectation.
  std::optional<ClientStatus> Await(const std::function<bool(const ClientStatus&)>& wanted) {
    std::unique_lock<std::mutex> lock(mutex_);
    std::optional<ClientStatus> found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      while (!found && seen_ < statuses_.size()) {
        if (wanted(statuses_[seen_])) found = statuses_[seen_];
        ++seen_;
      }
      return found.has_value();
    });
    return found;
  }
  std::optional<ClientStatus> AwaitAny() {
    return Await([](const ClientStatus&) { return true; });
  }
  bool AwaitReason(Reason reason) {
    return Await([=](const ClientStatus& status) { return status.source.reason == reason; }).has_value();
  }
  bool AwaitState(State state) {
    return Await([=](const ClientStatus& status) { return status.state == state; }).has_value();
  }

  std::vector<ClientStatus> All() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return statuses_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ClientStatus> statuses_;
  std::size_t seen_ = 0;
};

// The frame of a status as an older agent sends it: without the fields from confirmed age on.
inline std::vector<std::uint8_t> OlderStatusFrame(const Status& status, const Timestamp& now) {
  constexpr std::size_t kOlderPayload = 40;
  std::vector<std::uint8_t> bytes;
  Encode(status, now, bytes);
  bytes.resize(kHeaderBytes + kOlderPayload);
  bytes[0] = kOlderPayload;
  return bytes;
}

}  // namespace offline_state::testing
