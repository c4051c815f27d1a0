// What the channel's tests share: an agent's end without MAPI, and a bridge's end that remembers.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/mailbox.h"
#include "channel/client.h"
#include "channel/server.h"

namespace offline_state::testing {

// The agent's end, with a mailbox that a test fills in MAPI's place.
struct TestAgent {
  explicit TestAgent(const std::string& home, Hello hello = {kChannelVersion, "1.2.3", "16.0.1", "Outlook"})
      : server(ChannelServer::Start(home, std::move(hello), mailbox, waker, [this] { ++requests; })) {}

  void Listen() { mailbox->SetSource({Phase::kListening, Reason::kNone, 0, true, true}); }

  // Whether readings have been asked for so often, within 10 s, which is no expectation of speed.
  bool AwaitRequests(int count) const {
    for (int tries = 0; tries < 10'000 && requests < count; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return requests >= count;
  }

  std::atomic<int> requests{0};
  std::shared_ptr<Waker> waker = Waker::Create();
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(waker);
  std::unique_ptr<ChannelServer> server;
};

// Every report of a client, in order.
class Recorder {
 public:
  ChannelClient::Listener Listener() {
    return [this](const Report& report) {
      const std::lock_guard<std::mutex> lock(mutex_);
      reports_.push_back(report);
      changed_.notify_all();
    };
  }

  // The first report after the last one awaited for which `wanted` holds; waits for it for at most 10 s, which is no
  // expectation of speed.
  std::optional<Report> Await(const std::function<bool(const Report&)>& wanted) {
    std::unique_lock<std::mutex> lock(mutex_);
    std::optional<Report> found;
    changed_.wait_for(lock, std::chrono::seconds(10), [&] {
      while (!found && seen_ < reports_.size()) {
        if (wanted(reports_[seen_])) found = reports_[seen_];
        ++seen_;
      }
      return found.has_value();
    });
    return found;
  }
  bool AwaitReason(Reason reason) {
    return Await([=](const Report& report) { return report.source.reason == reason; }).has_value();
  }
  bool AwaitState(State state) {
    return Await([=](const Report& report) { return report.state == state; }).has_value();
  }

  std::vector<Report> All() {
    const std::lock_guard<std::mutex> lock(mutex_);
    return reports_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Report> reports_;
  std::size_t seen_ = 0;
};

}  // namespace offline_state::testing
