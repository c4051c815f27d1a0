#include "channel/server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "channel/address.h"
#include "channel/posix/peer.h"
#include "channel/posix/socket.h"
#include "channel/server_session.h"
#include "core/posix/thread.h"

namespace offline_state {
namespace {

struct Client {
  explicit Client(UniqueFd socket) noexcept : fd(std::move(socket)) {}

  UniqueFd fd;  // none: dropped
  ServerSession::Client session;
};

// Held until the agent ends, however it ends. The file is never removed: otherwise two agents could lock two files of
// that name.
UniqueFd LockDataDirectory(const std::string& address) {
  const std::string path = address + ".lock";
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!lock) throw std::runtime_error(SystemFailure("Cannot open", path));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw std::runtime_error("Another agent already serves " + address +
                             ". Close that Outlook, or set OUTLOOK_OFFLINE_STATE_HOME to another directory.");
  }
  return lock;
}

class PosixServer final : public ChannelServer {
 public:
  PosixServer(std::string address, Hello hello, std::shared_ptr<LatestValue<Status>> status,
              std::shared_ptr<WakeEvent> wake_event, RequestReading request_reading)
      : address_(std::move(address)),
        wake_event_(std::move(wake_event)),
        session_(std::move(hello), std::move(status), std::move(request_reading)),
        lock_(LockDataDirectory(address_)),
        listener_(ListenAt(address_, static_cast<int>(kMaxClients))),
        reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
        thread_(StartQuietThread([this] { Run(); })) {}

  ~PosixServer() override { Stop(ShutdownReason::kOutlookClosing); }

  void Stop(ShutdownReason reason) noexcept override {
    if (!thread_.joinable()) return;
    reason_ = reason;
    stopping_ = true;
    wake_event_->Wake();
    thread_.join();
    unlink(address_.c_str());  // the lock is still held, so the file belongs to this server
    lock_.reset();
  }

 private:
  void Run() noexcept {
    try {
      while (!stopping_) WaitAndServe();
      static_cast<void>(session_.TakeStatus());
      session_.Shutdown(reason_);
      DropUnless([this](Client& client) { return Flush(client); });
    } catch (const std::exception&) {
      // No memory, or poll failed: the clients see the channel break and report that.
    }
    clients_.clear();
    listener_.reset();
  }

  // Waits without a timeout: the agent does nothing unless an event has happened outside.
  void WaitAndServe() {
    waits_.assign({{static_cast<int>(wake_event_->handle()), POLLIN, 0}, {listener_.get(), POLLIN, 0}});
    for (const Client& client : clients_) {
      waits_.push_back(
          {client.fd.get(), static_cast<short>(client.session.size() == 0 ? POLLIN : POLLIN | POLLOUT), 0});
    }
    if (poll(waits_.data(), static_cast<nfds_t>(waits_.size()), -1) < 0) {
      if (errno == EINTR) return;
      throw std::runtime_error(SystemFailure("Cannot wait at", address_));
    }
    std::size_t index = 2;
    DropUnless([&](Client& client) { return Serve(client, waits_[index++].revents); });
    if (waits_[0].revents != 0) {
      wake_event_->Clear();
      const bool needs_reading = session_.TakeStatus();
      DropUnless([this](Client& client) { return Flush(client); });
      if (needs_reading) session_.RequestReading();
    }
    if (waits_[1].revents != 0) AcceptAll();
  }

  // False: the client has closed its end, or sent malformed bytes.
  bool Serve(Client& client, short events) {
    if ((events & POLLIN) != 0 ? !Receive(client) : (events & (POLLHUP | POLLERR | POLLNVAL)) != 0) return false;
    return (events & POLLOUT) == 0 || Flush(client);
  }

  // Reads once, so that a client that never stops sending delays nobody.
  bool Receive(Client& client) {
    const ssize_t got = recv(client.fd.get(), received_.data(), received_.size(), 0);
    if (got < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    return got > 0 && session_.Received(client.session, received_.data(), static_cast<std::size_t>(got));
  }

  // Sends what there is to send and fits. False: the client is gone.
  bool Flush(Client& client) {
    while (session_.Prepare(client.session)) {
      const ssize_t sent = send(client.fd.get(), client.session.data(), client.session.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
      client.session.Sent(static_cast<std::size_t>(sent));
    }
    return true;
  }

  void AcceptAll() {
    for (;;) {
      Client client(AcceptFrom(listener_.get()));
      if (!client.fd) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EMFILE || errno == ENFILE) RefuseOne();
        return;
      }
      if (clients_.size() >= kMaxClients || !RejectionReason(client.fd.get()).empty()) continue;
      if (!Flush(client)) continue;
      clients_.push_back(std::move(client));
      session_.RequestReading();
    }
  }

  // Out of file descriptors: frees the reserved one to accept and close the pending client, otherwise poll() would
  // spin.
  void RefuseOne() noexcept {
    reserve_.reset();
    AcceptFrom(listener_.get());
    reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }

  // Calls `keep` once for each client, in order, and drops those for which it returns false. Not a predicate for
  // remove_if, which guarantees no order and moves elements meanwhile, because it does I/O.
  template <class Keep>
  void DropUnless(Keep keep) {
    for (Client& client : clients_) {
      if (!keep(client)) client.fd.reset();
    }
    const auto is_dropped = [](const Client& client) { return !client.fd; };
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(), is_dropped), clients_.end());
  }

  const std::string address_;
  const std::shared_ptr<WakeEvent> wake_event_;
  ServerSession session_;
  std::array<std::uint8_t, 512> received_{};
  UniqueFd lock_;
  UniqueFd listener_;
  UniqueFd reserve_;
  std::vector<Client> clients_;
  std::vector<pollfd> waits_;
  std::atomic<bool> stopping_{false};
  std::atomic<ShutdownReason> reason_{ShutdownReason::kOutlookClosing};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<ChannelServer> ChannelServer::Start(const std::string& data_directory, Hello hello,
                                                    std::shared_ptr<LatestValue<Status>> status,
                                                    std::shared_ptr<WakeEvent> wake_event,
                                                    RequestReading request_reading) {
  std::string address = ChannelAddress(data_directory);
  MakePrivateDirectory(address.substr(0, address.rfind('/')));
  return std::make_unique<PosixServer>(std::move(address), std::move(hello), std::move(status), std::move(wake_event),
                                       std::move(request_reading));
}

}  // namespace offline_state
