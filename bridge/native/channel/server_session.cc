#include "channel/server_session.h"

#include <utility>

namespace offline_state {

ServerSession::ServerSession(Hello hello, std::shared_ptr<LatestValue<Status>> status,
                             std::function<void()> request_reading)
    : hello_(std::move(hello)),
      status_(std::move(status)),
      request_reading_(std::move(request_reading)),
      newest_(status_->Get()) {}

bool ServerSession::TakeStatus() {
  const std::optional<Status> taken = status_->Take();
  if (!taken) return false;
  const bool is_notified_change = taken->source.phase == Phase::kListening && taken->since_known &&
                                  taken->since.steady_us != newest_.since.steady_us;
  newest_ = *taken;
  ++version_;
  return is_notified_change;
}

bool ServerSession::Received(Client& client, const std::uint8_t* data, std::size_t size) const {
  client.decoder_.Feed(data, size);
  for (;;) {
    const Decoded<ClientFrame> frame = client.decoder_.Next();
    if (std::holds_alternative<Malformed>(frame)) return false;
    if (std::holds_alternative<NeedMore>(frame)) return true;
    request_reading_();
  }
}

bool ServerSession::Prepare(Client& client) const {
  if (client.size() > 0) return true;
  client.bytes_.clear();
  client.sent_ = 0;
  if (!std::exchange(client.has_hello_, true)) {
    Encode(hello_, client.bytes_);
  } else if (client.version_ != version_) {
    Encode(newest_, Now(), client.bytes_);
    client.version_ = version_;
  } else if (shutdown_ && !std::exchange(client.has_shutdown_, true)) {
    Encode(*shutdown_, client.bytes_);
  }
  return client.size() > 0;
}

}  // namespace offline_state
