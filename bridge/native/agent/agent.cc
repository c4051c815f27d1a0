#include "agent/agent.h"

#include <exception>
#include <utility>

#include "agent/readings.h"
#include "agent/version.h"
#include "channel/address.h"
#include "core/latest_value.h"
#include "core/text.h"
#include "core/wake_event.h"
#include "mapi/monitor.h"
#include "mapi/status_tracker.h"

namespace offline_state {

// Destroyed from the last member to the first: the server stops before the readings that it requests. Monitor and
// readings are shared with a reading that Outlook may be in the middle of.
struct Agent::Parts {
  explicit Parts(const AgentOptions& options)
      : wake_event(WakeEvent::Create()),
        status(std::make_shared<LatestValue<Status>>([wake = wake_event] { wake->Wake(); })),
        tracker(std::make_shared<StatusTracker>(status)),
        monitor(std::make_shared<Monitor>(tracker)),
        readings(
            std::make_shared<Readings>(Readings::Parts{tracker, monitor, options.main_thread, options.object_model})),
        server(ChannelServer::Start(
            options.data_directory.empty() ? DataDirectoryFromEnvironment() : options.data_directory, HelloOf(options),
            status, wake_event, [shared = readings] { shared->Request(); })) {}

  static Hello HelloOf(const AgentOptions& options) {
    Hello hello;
    hello.agent = AgentVersion();
    hello.outlook = options.outlook;
    hello.profile = Utf8Of(options.profile);
    return hello;
  }

  const std::shared_ptr<WakeEvent> wake_event;
  const std::shared_ptr<LatestValue<Status>> status;
  const std::shared_ptr<StatusTracker> tracker;
  const std::shared_ptr<Monitor> monitor;
  const std::shared_ptr<Readings> readings;
  const std::unique_ptr<ChannelServer> server;
};

Agent::Agent() noexcept = default;

Agent::~Agent() { Disconnect(ShutdownReason::kOutlookClosing); }

bool Agent::Connect(const AgentOptions& options) noexcept {
  if (parts_) return true;
  try {
    // The channel first: a bridge sees that the agent is starting while MAPI opens, and without a channel MAPI is not
    // used at all.
    parts_ = std::make_unique<Parts>(options);
  } catch (const std::exception& error) {
    try {
      error_ = BoundedUtf8(error.what(), kMaxText);
    } catch (const std::exception&) {
      error_.clear();  // out of memory
    }
    return false;
  }
  parts_->monitor->Start(options.open, options.profile);
  return true;
}

void Agent::RequestReading() noexcept {
  if (parts_) parts_->readings->Request();
}

void Agent::WindowActivated() noexcept {
  if (parts_) parts_->readings->WindowActivated();
}

void Agent::Disconnect(ShutdownReason reason) noexcept {
  const std::unique_ptr<Parts> parts = std::move(parts_);
  if (!parts) return;
  parts->readings->Stop();
  parts->monitor->Stop();
  parts->server->Stop(reason);
}

}  // namespace offline_state
