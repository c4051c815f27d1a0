#include "channel/client_session.h"

#include <algorithm>
#include <utility>

namespace offline_state {

ClientSession::ClientSession(ChannelClient::Listener listener, Environment environment)
    : listener_(std::move(listener)), environment_(std::move(environment)) {}

void ClientSession::ConnectFailed(const std::string& detail) {
  connect_error_ = detail;
  const bool is_unavailable = reported_ && reported_->source.phase == Phase::kUnavailable;
  // Those reasons are about a server that is gone now.
  const bool is_outdated = is_unavailable && (reported_->source.reason == Reason::kAgentUntrusted ||
                                              reported_->source.reason == Reason::kAgentIncompatible);
  if (deadline_us_ ? !environment_.outlook_runs() : !is_unavailable || is_outdated) Probe();
}

void ClientSession::Rejected(const std::string& detail) { ReportUnavailable(Reason::kAgentUntrusted, detail); }

void ClientSession::Connected() {
  stage_ = Stage::kConnected;
  decoder_ = AgentFrameDecoder();
  StartGracePeriod();
}

bool ClientSession::Received(const std::uint8_t* data, std::size_t size) {
  decoder_.Feed(data, size);
  for (;;) {
    const Decoded<AgentFrame> decoded = decoder_.Next(environment_.now());
    if (std::holds_alternative<NeedMore>(decoded)) return true;
    if (const auto* fault = std::get_if<Malformed>(&decoded)) {
      return Refuse(*fault == Malformed::kBadVersion
                        ? "The agent uses version " + std::to_string(decoder_.peer_version()) +
                              " of the channel protocol, this bridge version " + std::to_string(kChannelVersion) + "."
                        : std::string("The agent sent ") + Describe(*fault) + ".");
    }
    const auto take = [this](const auto& frame) { return Take(frame); };
    if (stage_ != Stage::kShutdown && !std::visit(take, std::get<AgentFrame>(decoded))) return false;
  }
}

void ClientSession::Closed() {
  const Stage was = std::exchange(stage_, Stage::kDisconnected);
  hello_ = Hello();
  if (was == Stage::kRefused) return;  // the reason that was reported stays true until another attempt to connect
  if (was == Stage::kShutdown) {
    if (shutdown_reason_ == ShutdownReason::kOutlookClosing) {
      ReportUnavailable(Reason::kOutlookNotRunning, "Outlook has closed.");
    }
    return;
  }
  connect_error_ = "The channel to the agent broke.";
  const bool lost_nothing = was != Stage::kReceiving && reported_ && reported_->source.phase == Phase::kUnavailable;
  if (lost_nothing || !environment_.outlook_runs()) return Probe();
  StartGracePeriod();
  if (reported_ && reported_->source.phase == Phase::kListening) ReportWithoutAgent(Source(), "");
}

void ClientSession::ProbeAgain() {
  if (stage_ == Stage::kDisconnected && !deadline_us_ && reported_ &&
      reported_->source.reason != Reason::kAgentUntrusted && reported_->source.reason != Reason::kAgentIncompatible) {
    Probe();
  }
}

int ClientSession::TimeoutMs() const {
  if (!deadline_us_) return -1;
  const std::int64_t left_us = *deadline_us_ - environment_.now().steady_us;
  return static_cast<int>(std::clamp<std::int64_t>(left_us / 1000 + 1, 0, kGracePeriodUs / 1000));
}

void ClientSession::OnTimeout() {
  if (!deadline_us_ || environment_.now().steady_us < *deadline_us_) return;
  if (stage_ == Stage::kDisconnected) {
    Probe();
  } else {
    ReportUnavailable(Reason::kAgentMissing, "The agent in Outlook does not respond.");
  }
}

bool ClientSession::Take(const Hello& hello) {
  if (stage_ != Stage::kConnected) return Refuse("The agent sent a second hello.");
  hello_ = hello;
  stage_ = Stage::kHelloReceived;
  return true;
}

bool ClientSession::Take(const Status& status) {
  if (stage_ != Stage::kHelloReceived && stage_ != Stage::kReceiving) return Refuse("The agent sent no hello.");
  stage_ = Stage::kReceiving;
  deadline_us_.reset();
  Report(ClientStatus{status, hello_, ""});
  return true;
}

bool ClientSession::Take(ShutdownReason reason) {
  if (stage_ != Stage::kHelloReceived && stage_ != Stage::kReceiving) return Refuse("The agent sent no hello.");
  stage_ = Stage::kShutdown;
  shutdown_reason_ = reason;
  if (reason == ShutdownReason::kOutlookClosing) {
    ReportUnavailable(Reason::kStopped, "Outlook is closing.");
  } else {
    ReportUnavailable(Reason::kAgentMissing, "The add-in was unloaded from Outlook.");
  }
  return true;
}

bool ClientSession::Refuse(const std::string& detail) {
  stage_ = Stage::kRefused;
  ReportUnavailable(Reason::kAgentIncompatible, detail);
  return false;
}

void ClientSession::Probe() {
  ReportUnavailable(environment_.outlook_runs() ? Reason::kAgentMissing : Reason::kOutlookNotRunning, connect_error_);
}

void ClientSession::StartGracePeriod() {
  if (!deadline_us_) deadline_us_ = environment_.now().steady_us + kGracePeriodUs;
}

void ClientSession::ReportUnavailable(Reason reason, const std::string& detail) {
  deadline_us_.reset();
  if (reported_ && reported_->source.phase == Phase::kUnavailable && reported_->source.reason == reason) return;
  Source source;
  source.phase = Phase::kUnavailable;
  source.reason = reason;
  ReportWithoutAgent(source, detail);
}

// The state is unknown since the last known one was lost.
void ClientSession::ReportWithoutAgent(const Source& source, const std::string& detail) {
  ClientStatus status;
  status.source = source;
  status.detail = detail;
  if (reported_ && reported_->state == State::kUnknown) {
    status.since_known = reported_->since_known;
    status.since = reported_->since;
  } else {
    status.since_known = reported_.has_value();
    status.since = environment_.now();
  }
  Report(std::move(status));
}

void ClientSession::Report(ClientStatus status) {
  reported_ = std::move(status);
  listener_(*reported_);
}

}  // namespace offline_state
