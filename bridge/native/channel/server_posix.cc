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
#include "channel/codec.h"
#include "channel/outbox.h"
#include "channel/peer_posix.h"
#include "channel/publisher.h"
#include "channel/server.h"
#include "channel/socket_posix.h"
#include "channel/thread_posix.h"

namespace offline_state {
namespace {

struct Client {
  explicit Client(UniqueFd socket) noexcept : fd(std::move(socket)) {}

  UniqueFd fd;  // none: dropped
  Outbox outbox{ChannelServer::kMaxUnsent};
  ClientDecoder decoder;
};

// Held for as long as the agent lives, however it dies. The file stays: to remove it would let two agents hold two of
// them.
UniqueFd LockHome(const std::string& address) {
  const std::string path = address + ".lock";
  UniqueFd lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  if (!lock) throw std::runtime_error(SystemFailure("Cannot open", path));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    throw std::runtime_error("Another agent serves " + address +
                             " already: end that Outlook, or set OUTLOOK_OFFLINE_STATE_HOME to another folder.");
  }
  return lock;
}

class PosixServer final : public ChannelServer {
 public:
  PosixServer(std::string address, Hello hello, std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waker> waker,
              RequestReading request_reading)
      : address_(std::move(address)),
        waker_(std::move(waker)),
        request_reading_(std::move(request_reading)),
        publisher_(std::move(hello), std::move(mailbox)),
        lock_(LockHome(address_)),
        listener_(ListenAt(address_, static_cast<int>(kMaxClients))),
        reserve_(open("/dev/null", O_RDONLY | O_CLOEXEC)),
        thread_(StartQuietThread([this] { Run(); })) {}

  ~PosixServer() override { Stop(Goodbye::kOutlookCloses); }

  void Stop(Goodbye why) noexcept override {
    if (!thread_.joinable()) return;
    why_ = why;
    stopping_ = true;
    waker_->Wake();
    thread_.join();
    unlink(address_.c_str());  // ours: the lock is still held
    lock_.reset();
  }

 private:
  void Run() noexcept {
    try {
      while (!stopping_) WaitAndServe();
      Broadcast(publisher_.News());
      Broadcast(publisher_.Farewell(why_));
    } catch (const std::exception&) {
      // No memory, or no poll: the clients see the channel break, which is the truth.
    }
    clients_.clear();
    listener_.reset();
  }

  // Waits without an end: nothing happens in the agent unless something has happened outside.
  void WaitAndServe() {
    waits_.assign({{static_cast<int>(waker_->handle()), POLLIN, 0}, {listener_.get(), POLLIN, 0}});
    for (const Client& client : clients_) {
      waits_.push_back({client.fd.get(), static_cast<short>(client.outbox.empty() ? POLLIN : POLLIN | POLLOUT), 0});
    }
    if (poll(waits_.data(), static_cast<nfds_t>(waits_.size()), -1) < 0) {
      if (errno == EINTR) return;
      throw std::runtime_error(SystemFailure("Cannot wait at", address_));
    }
    std::size_t index = 2;
    DropUnless([&](Client& client) { return Attend(client, waits_[index++].revents); });
    if (waits_[0].revents != 0) {
      waker_->Clear();
      Broadcast(publisher_.News());
      if (publisher_.TakeNotifiedChange()) request_reading_();
    }
    if (waits_[1].revents != 0) AcceptAll();
  }

  // False: the client has gone, or said what no client of this protocol does.
  bool Attend(Client& client, short events) {
    if ((events & POLLIN) != 0 ? !Hear(client) : (events & (POLLHUP | POLLERR | POLLNVAL)) != 0) return false;
    return (events & POLLOUT) == 0 || Flush(client);
  }

  // Reads once, so that a client that never stops talking holds up nobody.
  bool Hear(Client& client) {
    const ssize_t got = recv(client.fd.get(), heard_.data(), heard_.size(), 0);
    if (got < 0) return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0) return false;
    client.decoder.Feed(heard_.data(), static_cast<std::size_t>(got));
    for (;;) {
      const DecodedClientFrame frame = client.decoder.Next();
      if (std::holds_alternative<Malformed>(frame)) return false;
      if (std::holds_alternative<NeedMore>(frame)) return true;
      request_reading_();
    }
  }

  bool Flush(Client& client) {
    for (;;) {
      if (client.outbox.wants_newest()) client.outbox.CatchUp(publisher_.Newest());
      if (client.outbox.empty()) return true;
      const ssize_t sent = send(client.fd.get(), client.outbox.data(), client.outbox.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno == EINTR) continue;
      if (sent < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
      client.outbox.Sent(static_cast<std::size_t>(sent));
    }
  }

  void Broadcast(const Publisher::Bytes& bytes) {
    if (bytes.empty()) return;
    DropUnless([&](Client& client) {
      client.outbox.Append(bytes);
      return Flush(client);
    });
  }

  void AcceptAll() {
    for (;;) {
      Client client(AcceptFrom(listener_.get()));
      if (!client.fd) {
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EMFILE || errno == ENFILE) RefuseOne();
        return;
      }
      if (clients_.size() >= kMaxClients || !DistrustOf(client.fd.get()).empty()) continue;
      client.outbox.Append(publisher_.Greeting());
      if (!Flush(client)) continue;
      clients_.push_back(std::move(client));
      request_reading_();
    }
  }

  // Out of descriptors: a client left in the queue would wake us for ever. The one in reserve serves to turn it away.
  void RefuseOne() noexcept {
    reserve_.reset();
    AcceptFrom(listener_.get());
    reserve_.reset(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }

  // Calls `keep` once for each client, in order, and drops those for which it says no. It does I/O, so it is no
  // predicate for remove_if, which promises no order and moves clients meanwhile.
  template <class Keep>
  void DropUnless(Keep keep) {
    for (Client& client : clients_) {
      if (!keep(client)) client.fd.reset();
    }
    const auto is_dropped = [](const Client& client) { return !client.fd; };
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(), is_dropped), clients_.end());
  }

  const std::string address_;
  const std::shared_ptr<Waker> waker_;
  const RequestReading request_reading_;
  Publisher publisher_;
  std::array<std::uint8_t, 512> heard_{};
  UniqueFd lock_;
  UniqueFd listener_;
  UniqueFd reserve_;
  std::vector<Client> clients_;
  std::vector<pollfd> waits_;
  std::atomic<bool> stopping_{false};
  std::atomic<Goodbye> why_{Goodbye::kOutlookCloses};
  std::thread thread_;  // last: everything it uses is there before it, and after it
};

}  // namespace

std::unique_ptr<ChannelServer> ChannelServer::Start(const std::string& home, Hello hello,
                                                    std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waker> waker,
                                                    RequestReading request_reading) {
  std::string address = ChannelAddress(home);
  MakePrivateFolder(address.substr(0, address.rfind('/')));
  return std::make_unique<PosixServer>(std::move(address), std::move(hello), std::move(mailbox), std::move(waker),
                                       std::move(request_reading));
}

}  // namespace offline_state
