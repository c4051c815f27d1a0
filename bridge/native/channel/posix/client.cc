#include "channel/client.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "channel/address.h"
#include "channel/client_session.h"
#include "channel/frame.h"
#include "channel/outlook_runs.h"
#include "channel/posix/peer.h"
#include "channel/posix/socket.h"
#include "core/posix/thread.h"
#include "core/wake_event.h"

namespace offline_state {
namespace {

class PosixClient final : public ChannelClient {
 public:
  PosixClient(const std::string& data_directory, Listener listener)
      : address_(ChannelAddress(data_directory)),
        wake_event_(WakeEvent::Create()),
        session_(std::move(listener), {[data_directory] { return OutlookRuns(data_directory); }, Now}),
        thread_(StartQuietThread([this] { Run(); })) {}

  ~PosixClient() override { Stop(); }

  void Refresh() noexcept override {
    refresh_ = true;
    wake_event_->Wake();
  }

  void Stop() noexcept override {
    if (!thread_.joinable()) return;
    stopping_ = true;
    wake_event_->Wake();
    thread_.join();
  }

 private:
  void Run() noexcept {
    while (!stopping_) {
      Guard([this] { Attempt(); });
      if (!stopping_) Wait(-1, session_.RetryMs());  // the wake-up of Stop may be consumed already
    }
  }

  // Out of memory: gives up this attempt.
  template <class Body>
  void Guard(Body body) noexcept {
    try {
      try {
        body();
      } catch (const std::exception&) {
        session_.Closed();
      }
    } catch (const std::exception&) {
      session_.Abandon();
    }
  }

  void Attempt() {
    const UniqueFd socket = ConnectTo(address_);
    if (socket) {
      const std::string rejection = RejectionReason(socket.get());
      if (!rejection.empty()) return session_.Rejected(rejection);
      session_.Connected();
      Receive(socket.get());
      if (!stopping_) session_.Closed();
    } else if (errno == EACCES || errno == EPERM) {
      session_.Rejected(SystemFailure("This user may not connect to", address_));
    } else {
      session_.ConnectFailed(SystemFailure("Cannot connect to the agent at", address_));
      session_.OnTimeout();
      if (refresh_.exchange(false)) session_.ProbeAgain();
    }
  }

  // Returns when the channel breaks, is refused, or the client stops.
  void Receive(int socket) {
    while (!stopping_) {
      const bool has_bytes = Wait(socket, session_.TimeoutMs());
      // A refresh that cannot be sent stays pending and probes Outlook after the channel has closed.
      if (session_.accepts_refresh() && refresh_.exchange(false) && !SendRefresh(socket)) return;
      if (!has_bytes) {
        session_.OnTimeout();
        continue;
      }
      const ssize_t got = recv(socket, bytes_.data(), bytes_.size(), 0);
      if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
      if (got <= 0 || !session_.Received(bytes_.data(), static_cast<std::size_t>(got))) return;
    }
  }

  // Does not wait: if the agent does not read, it still has an unread refresh. False: the channel is broken.
  static bool SendRefresh(int socket) {
    std::vector<std::uint8_t> bytes;
    Encode(offline_state::Refresh{}, bytes);
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    return sent == static_cast<ssize_t>(bytes.size());
  }

  // True if `socket` (-1: none) is readable or broken. Otherwise the time is over, or the wake event was set.
  bool Wait(int socket, int milliseconds) noexcept {
    std::array<pollfd, 2> waits{{{static_cast<int>(wake_event_->handle()), POLLIN, 0}, {socket, POLLIN, 0}}};
    if (poll(waits.data(), static_cast<nfds_t>(waits.size()), milliseconds) <= 0) return false;
    if (waits[0].revents != 0) wake_event_->Clear();
    return waits[1].revents != 0;
  }

  const std::string address_;
  const std::shared_ptr<WakeEvent> wake_event_;
  ClientSession session_;
  std::array<std::uint8_t, 4096> bytes_;
  std::atomic<bool> refresh_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<ChannelClient> ChannelClient::Start(const std::string& data_directory, Listener listener) {
  return std::make_unique<PosixClient>(data_directory, std::move(listener));
}

}  // namespace offline_state
