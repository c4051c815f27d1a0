#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <utility>
#include <vector>

#include "channel/address.h"
#include "channel/codec.h"
#include "channel/identity_windows.h"
#include "channel/meeting_windows.h"
#include "channel/pipe_connection_windows.h"
#include "channel/publisher.h"
#include "channel/security_windows.h"
#include "channel/server.h"
#include "channel/text_windows.h"
#include "channel/thread_windows.h"

namespace offline_state {
namespace {

// The name can be taken: by an Outlook that is still closing, or by a bridge that has not yet let go of the last one's
// pipe. Windows tells nobody when it becomes free; so then, and only then, there is a timer.
constexpr DWORD kFirstRetryMs = 50;
constexpr DWORD kLastRetryMs = 5000;

// How long the last words may take altogether: Outlook's main thread waits for the end of ours.
constexpr ULONGLONG kGoodbyeMs = 20;

using Client = std::unique_ptr<PipeConnection>;  // null: dropped

class PipeServer final : public ChannelServer {
 public:
  PipeServer(const std::string& home, Hello hello, std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waker> waker,
             RequestReading request_reading)
      : address_(WideText(ChannelAddress(home))),
        security_(OwnIdentity().user),
        meeting_(OpenMeeting(home)),
        waker_(std::move(waker)),
        request_reading_(std::move(request_reading)),
        publisher_(std::move(hello), std::move(mailbox)),
        thread_([this] { Run(); }) {}

  ~PipeServer() override { Stop(Goodbye::kOutlookCloses); }

  void Stop(Goodbye why) noexcept override {
    why_ = why;
    stopping_ = true;
    waker_->Wake();
    thread_.Join();
  }

 private:
  void Run() noexcept {
    try {
      TryListen();
      while (!stopping_) WaitAndServe();
      Broadcast(publisher_.News());
      SayGoodbye(publisher_.Farewell(why_));
    } catch (const std::exception&) {
      // No memory, or no wait: the clients see the channel break, which is the truth.
    }
    clients_.clear();
    listening_.reset();
  }

  // Waits without an end: nothing happens in the agent unless something has happened outside.
  void WaitAndServe() {
    const DWORD woken = WaitForMultipleObjects(Collect(), waits_.data(), FALSE, listening_ ? INFINITE : retry_ms_);
    if (woken == WAIT_FAILED) throw LastError("WaitForMultipleObjects");
    if (woken == WAIT_TIMEOUT) retry_ms_ = std::min(retry_ms_ * 2, kLastRetryMs);
    if (!listening_) TryListen();
    DropUnless([this](Client& client) {
      return (!IsSet(client->incoming()) || Hear(*client)) && (!IsSet(client->outgoing()) || client->OnOutgoing()) &&
             (!client->wants_newest() || client->CatchUp(publisher_.Newest()));
    });
    if (IsSet(reinterpret_cast<HANDLE>(waker_->handle()))) {
      waker_->Clear();
      Broadcast(publisher_.News());
      if (publisher_.TakeNotifiedChange()) request_reading_();
    }
    if (listening_ && IsSet(listening_->incoming())) Admit();
  }

  // False: the client has gone, or said what no client of this protocol does.
  bool Hear(PipeConnection& client) {
    if (!client.OnIncoming()) return false;
    for (;;) {
      const DecodedClientFrame frame = client.decoder().Next();
      if (std::holds_alternative<Malformed>(frame)) return false;
      if (std::holds_alternative<NeedMore>(frame)) return true;
      request_reading_();
    }
  }

  DWORD Collect() noexcept {
    static_assert(2 + 2 * kMaxClients <= MAXIMUM_WAIT_OBJECTS, "one wait for all");
    DWORD count = 0;
    waits_[count++] = reinterpret_cast<HANDLE>(waker_->handle());
    if (listening_) waits_[count++] = listening_->incoming();
    for (const Client& client : clients_) {
      waits_[count++] = client->incoming();
      waits_[count++] = client->outgoing();
    }
    return count;
  }

  // An instance that waits for a client: always one ahead, so that no client finds the pipe busy for long.
  void TryListen() {
    try {
      listening_ = std::make_unique<PipeConnection>(address_, security_.get(), is_first_, kMaxUnsent);
    } catch (const std::system_error&) {
      return;
    }
    retry_ms_ = kFirstRetryMs;
    if (std::exchange(is_first_, false)) SetEvent(meeting_.get());
  }

  void Admit() {
    Broadcast(publisher_.News());  // so that the greeting says what the others have heard
    if (!listening_->OnIncoming()) {
      listening_.reset();  // it came and went
    } else if (clients_.size() == kMaxClients) {
      if (!listening_->TurnAway()) listening_.reset();
    } else {
      // The DACL has let nobody in but this user.
      Client client = std::move(listening_);
      if (client->Send(publisher_.Greeting())) {
        clients_.push_back(std::move(client));
        request_reading_();
      }
    }
    if (!listening_) TryListen();
  }

  void Broadcast(const Publisher::Bytes& bytes) {
    if (bytes.empty()) return;
    DropUnless([&](Client& client) { return client->Send(bytes); });
  }

  // Windows takes what fits into its buffer at once, or nearly so; a client that does not read is not waited for.
  void SayGoodbye(const Publisher::Bytes& bytes) {
    Broadcast(bytes);
    const ULONGLONG end = GetTickCount64() + kGoodbyeMs;
    for (ULONGLONG now = GetTickCount64(); now < end; now = GetTickCount64()) {
      DropUnless([](Client& client) { return client->has_unsent(); });
      if (clients_.empty()) return;
      WaitForSingleObject(clients_.front()->outgoing(), static_cast<DWORD>(end - now));
      DropUnless([](Client& client) { return !IsSet(client->outgoing()) || client->OnOutgoing(); });
    }
  }

  // Calls `keep` once for each client, in order, and drops those for which it says no. It does I/O, so it is no
  // predicate for remove_if, which promises no order and moves clients meanwhile.
  template <class Keep>
  void DropUnless(Keep keep) {
    for (Client& client : clients_) {
      if (!keep(client)) client.reset();
    }
    clients_.erase(std::remove(clients_.begin(), clients_.end(), nullptr), clients_.end());
  }

  const std::wstring address_;
  OneUserSecurity security_;
  const UniqueHandle meeting_;
  const std::shared_ptr<Waker> waker_;
  const RequestReading request_reading_;
  Publisher publisher_;
  Client listening_;
  bool is_first_ = true;
  DWORD retry_ms_ = kFirstRetryMs;
  std::vector<Client> clients_;
  std::array<HANDLE, MAXIMUM_WAIT_OBJECTS> waits_{};
  std::atomic<bool> stopping_{false};
  std::atomic<Goodbye> why_{Goodbye::kOutlookCloses};
  Thread thread_;  // last: everything it uses is there before it, and after it
};

}  // namespace

std::unique_ptr<ChannelServer> ChannelServer::Start(const std::string& home, Hello hello,
                                                    std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waker> waker,
                                                    RequestReading request_reading) {
  return std::make_unique<PipeServer>(home, std::move(hello), std::move(mailbox), std::move(waker),
                                      std::move(request_reading));
}

}  // namespace offline_state
