// Decides what the client reports, from what happens at its end of the channel: the portable half of a channel client.
//
// A platform's loop tries to connect and calls these functions with the result. Frames become statuses; while there is
// no agent, this decides which reason is true. Used by the client's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "channel/client.h"
#include "channel/frame.h"

namespace offline_state {

class ClientSession {
 public:
  // For how long nothing definite is reported although no agent responds: a process that was killed exists for a moment
  // longer than its connections.
  static constexpr std::int64_t kGracePeriodUs = 300'000;

  struct Environment {
    std::function<bool()> outlook_runs;
    std::function<Timestamp()> now = Now;
  };

  ClientSession(ChannelClient::Listener listener, Environment environment);

  // The result of an attempt to connect: nobody listens there; who listens is not this user's Outlook; connected.
  void ConnectFailed(const std::string& detail);
  void Rejected(const std::string& detail);
  void Connected();

  // Bytes came. False: they are malformed or out of order, so the caller must close the channel.
  bool Received(const std::uint8_t* data, std::size_t size);
  // The channel was closed, by either end.
  void Closed();
  // As Closed, if there was no memory even to report it: the next attempt to connect does.
  void Abandon() noexcept { stage_ = Stage::kDisconnected; }

  // Checks again whether Outlook runs. Call it after an attempt to connect has failed; does nothing while the channel
  // is open.
  void ProbeAgain();

  // Whether the connected agent understands a refresh: an older one would close the channel.
  bool accepts_refresh() const noexcept { return stage_ == Stage::kReceiving && decoder_.peer_accepts_refresh(); }

  // After this many milliseconds without another event OnTimeout must be called; -1: never.
  int TimeoutMs() const;
  void OnTimeout();
  // After this many milliseconds the caller must try to connect again: soon during the grace period.
  int RetryMs() const noexcept { return deadline_us_ ? 20 : 100; }

 private:
  enum class Stage { kDisconnected, kConnected, kHelloReceived, kReceiving, kShutdown, kRefused };

  bool Take(const Hello& hello);
  bool Take(const Status& status);
  bool Take(ShutdownReason reason);
  bool Refuse(const std::string& detail);

  void Probe();
  void StartGracePeriod();
  void ReportUnavailable(Reason reason, const std::string& detail);
  void ReportWithoutAgent(const Source& source, const std::string& detail);
  void Report(ClientStatus status);

  const ChannelClient::Listener listener_;
  const Environment environment_;
  Stage stage_ = Stage::kDisconnected;
  AgentFrameDecoder decoder_;
  Hello hello_;
  ShutdownReason shutdown_reason_ = ShutdownReason::kOutlookClosing;
  std::string connect_error_;                // of the last attempt to connect
  std::optional<std::int64_t> deadline_us_;  // end of the grace period on the steady clock
  std::optional<ClientStatus> reported_;     // the last
};

}  // namespace offline_state
