#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>
#include <vector>

#include "agent/waker.h"
#include "channel/address.h"
#include "channel/client.h"
#include "channel/codec.h"
#include "channel/outlook_runs.h"
#include "channel/peer_posix.h"
#include "channel/session.h"
#include "channel/socket_posix.h"
#include "channel/thread_posix.h"

namespace offline_state {
namespace {

class PosixClient final : public ChannelClient {
 public:
  PosixClient(const std::string& home, Listener listener)
      : address_(ChannelAddress(home)),
        waker_(Waker::Create()),
        session_(std::move(listener), {[home] { return OutlookRuns(home); }, Now}),
        thread_(StartQuietThread([this] { Run(); })) {}

  ~PosixClient() override { Stop(); }

  void Refresh() noexcept override {
    refresh_ = true;
    waker_->Wake();
  }

  void Stop() noexcept override {
    if (!thread_.joinable()) return;
    stopping_ = true;
    waker_->Wake();
    thread_.join();
  }

 private:
  void Run() noexcept {
    while (!stopping_) {
      Guarded([this] { Attempt(); });
      if (!stopping_) Wait(-1, session_.RetryMs());  // the wake-up to stop may be spent already
    }
  }

  // No memory for this attempt: the next may have some.
  template <class Body>
  void Guarded(Body body) noexcept {
    try {
      try {
        body();
      } catch (const std::exception&) {
        session_.Closed();
      }
    } catch (const std::exception&) {
      session_.Forget();
    }
  }

  void Attempt() {
    const UniqueFd socket = ConnectTo(address_);
    if (socket) {
      const std::string distrust = DistrustOf(socket.get());
      if (!distrust.empty()) return session_.Untrusted(distrust);
      session_.Opened();
      Follow(socket.get());
      if (!stopping_) session_.Closed();
    } else if (errno == EACCES || errno == EPERM) {
      session_.Untrusted(SystemFailure("This user may not connect to", address_));
    } else {
      session_.Absent(SystemFailure("No agent answers at", address_));
      session_.Tick();
      if (refresh_.exchange(false)) session_.LookAgain();
    }
  }

  // Until the channel breaks, is refused, or the client stops.
  void Follow(int socket) {
    while (!stopping_) {
      const bool has_bytes = Wait(socket, session_.PatienceMs());
      // One that cannot be sent stays, and becomes a look at Outlook when the channel has closed.
      if (session_.takes_refresh() && refresh_.exchange(false) && !SendRefresh(socket)) return;
      if (!has_bytes) {
        session_.Tick();
        continue;
      }
      const ssize_t got = recv(socket, bytes_.data(), bytes_.size(), 0);
      if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
      if (got <= 0 || !session_.Received(bytes_.data(), static_cast<std::size_t>(got))) return;
    }
  }

  // Does not wait: an agent that takes nothing has a refresh before it that it has not read. False: the channel is
  // over.
  static bool SendRefresh(int socket) {
    std::vector<std::uint8_t> bytes;
    Encode(ClientFrame(offline_state::Refresh{}), bytes);
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    return sent == static_cast<ssize_t>(bytes.size());
  }

  // True when `socket` (-1: none) has something to say. Otherwise the time is over, or somebody woke us.
  bool Wait(int socket, int milliseconds) noexcept {
    std::array<pollfd, 2> waits{{{static_cast<int>(waker_->handle()), POLLIN, 0}, {socket, POLLIN, 0}}};
    if (poll(waits.data(), static_cast<nfds_t>(waits.size()), milliseconds) <= 0) return false;
    if (waits[0].revents != 0) waker_->Clear();
    return waits[1].revents != 0;
  }

  const std::string address_;
  const std::shared_ptr<Waker> waker_;
  Session session_;
  std::array<std::uint8_t, 4096> bytes_;
  std::atomic<bool> refresh_{false};
  std::atomic<bool> stopping_{false};
  std::thread thread_;  // last: everything it uses is there before it, and after it
};

}  // namespace

std::unique_ptr<ChannelClient> ChannelClient::Start(const std::string& home, Listener listener) {
  return std::make_unique<PosixClient>(home, std::move(listener));
}

}  // namespace offline_state
