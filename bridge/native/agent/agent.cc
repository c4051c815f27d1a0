#include "agent/agent.h"

#include <exception>
#include <utility>

#include "agent/mailbox.h"
#include "agent/readings.h"
#include "agent/version.h"
#include "agent/waker.h"
#include "channel/address.h"
#include "channel/text.h"
#include "mapi/monitor.h"

namespace offline_state {

// Destroyed from below: the channel closes before what it asks for readings. The monitor and the readings are shared
// with a reading that Outlook may be in the middle of.
struct Agent::Parts {
  explicit Parts(const AgentOptions& options)
      : waker(Waker::Create()),
        mailbox(std::make_shared<Mailbox>(waker)),
        monitor(std::make_shared<Monitor>(mailbox)),
        readings(
            std::make_shared<Readings>(Readings::Parts{mailbox, monitor, options.main_thread, options.object_model})),
        server(ChannelServer::Start(options.home.empty() ? HomeFromEnvironment() : options.home, HelloOf(options),
                                    mailbox, waker, [mine = readings] { mine->Request(); })) {}

  static Hello HelloOf(const AgentOptions& options) {
    Hello hello;
    hello.agent = AgentVersion();
    hello.outlook = options.outlook;
    hello.profile = Utf8Of(options.profile);
    return hello;
  }

  const std::shared_ptr<Waker> waker;
  const std::shared_ptr<Mailbox> mailbox;
  const std::shared_ptr<Monitor> monitor;
  const std::shared_ptr<Readings> readings;
  const std::unique_ptr<ChannelServer> server;
};

namespace {

// Too little memory for the words must not end Outlook either.
void Remember(const std::exception& failed, std::string& error) noexcept {
  try {
    error = BoundedUtf8(failed.what(), kMaxText);
  } catch (const std::exception&) {
    error.clear();
  }
}

}  // namespace

Agent::Agent() noexcept = default;

Agent::~Agent() { Disconnect(Goodbye::kOutlookCloses); }

bool Agent::Connect(const AgentOptions& options) noexcept {
  if (parts_) return true;
  try {
    // The channel first: while MAPI opens, a bridge hears that the agent is there and starting; and where there can be
    // no channel, MAPI is left alone.
    parts_ = std::make_unique<Parts>(options);
  } catch (const std::exception& failed) {
    Remember(failed, error_);
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

void Agent::Disconnect(Goodbye why) noexcept {
  const std::unique_ptr<Parts> parts = std::move(parts_);
  if (!parts) return;
  parts->readings->Stop();
  parts->monitor->Stop();
  parts->server->Stop(why);
}

}  // namespace offline_state
