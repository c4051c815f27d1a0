#include "channel/server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <utility>
#include <vector>

#include "channel/address.h"
#include "channel/server_session.h"
#include "channel/windows/pipe_connection.h"
#include "channel/windows/ready_event.h"
#include "channel/windows/security.h"
#include "core/windows/identity.h"
#include "core/windows/thread.h"
#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

// The name can be taken by an Outlook that is still closing, or by a bridge that has not yet closed the last one's
// pipe. Windows does not notify anybody when it becomes free, so only then there is a timer.
constexpr DWORD kFirstRetryMs = 50;
constexpr DWORD kLastRetryMs = 5000;

// Limit for sending shutdown to all clients: Outlook's main thread waits for it.
constexpr ULONGLONG kShutdownMs = 20;

using Client = std::unique_ptr<PipeConnection>;  // null: dropped

class PipeServer final : public ChannelServer {
 public:
  PipeServer(const std::string& data_directory, Hello hello, std::shared_ptr<LatestValue<Status>> status,
             std::shared_ptr<WakeEvent> wake_event, RequestReading request_reading)
      : address_(WideText(ChannelAddress(data_directory))),
        security_(OwnIdentity().user),
        ready_event_(OpenReadyEvent(data_directory)),
        wake_event_(std::move(wake_event)),
        session_(std::move(hello), std::move(status), std::move(request_reading)),
        thread_([this] { Run(); }) {}

  ~PipeServer() override { Stop(ShutdownReason::kOutlookClosing); }

  void Stop(ShutdownReason reason) noexcept override {
    reason_ = reason;
    stopping_ = true;
    wake_event_->Wake();
    thread_.Join();
  }

 private:
  void Run() noexcept {
    try {
      TryListen();
      while (!stopping_) WaitAndServe();
      SendShutdown();
    } catch (const std::exception&) {
      // No memory, or the wait failed: the clients see the channel break and report that.
    }
    clients_.clear();
    listening_.reset();
  }

  // Waits without a timeout: the agent does nothing unless an event has happened outside.
  void WaitAndServe() {
    const DWORD woken = WaitForMultipleObjects(Collect(), waits_.data(), FALSE, listening_ ? INFINITE : retry_ms_);
    if (woken == WAIT_FAILED) throw LastError("WaitForMultipleObjects");
    if (woken == WAIT_TIMEOUT) retry_ms_ = std::min(retry_ms_ * 2, kLastRetryMs);
    if (!listening_) TryListen();
    DropUnless([](Client& client) {
      return (!IsSet(client->incoming()) || client->OnIncoming()) &&
             (!IsSet(client->outgoing()) || client->OnOutgoing());
    });
    if (IsSet(reinterpret_cast<HANDLE>(wake_event_->handle()))) {
      wake_event_->Clear();
      SendStatus();
    }
    if (listening_ && IsSet(listening_->incoming())) Admit();
  }

  DWORD Collect() noexcept {
    static_assert(2 + 2 * kMaxClients <= MAXIMUM_WAIT_OBJECTS, "one wait for all");
    DWORD count = 0;
    waits_[count++] = reinterpret_cast<HANDLE>(wake_event_->handle());
    if (listening_) waits_[count++] = listening_->incoming();
    for (const Client& client : clients_) {
      waits_[count++] = client->incoming();
      waits_[count++] = client->outgoing();
    }
    return count;
  }

  // Creates the instance that waits for the next client, always one ahead, so that a client rarely finds the pipe busy.
  void TryListen() {
    try {
      listening_ = std::make_unique<PipeConnection>(address_, security_.get(), is_first_, session_);
    } catch (const std::system_error&) {
      return;
    }
    retry_ms_ = kFirstRetryMs;
    if (std::exchange(is_first_, false)) SetEvent(ready_event_.get());
  }

  void Admit() {
    if (!listening_->OnIncoming()) {
      listening_.reset();  // the client connected and left
    } else if (clients_.size() == kMaxClients) {
      if (!listening_->TurnAway()) listening_.reset();
    } else {
      // The DACL admits only this user.
      Client client = std::move(listening_);
      if (client->Send()) {
        clients_.push_back(std::move(client));
        session_.RequestReading();
      }
    }
    if (!listening_) TryListen();
  }

  void SendStatus() {
    const bool needs_reading = session_.TakeStatus();
    DropUnless([](Client& client) { return client->Send(); });
    if (needs_reading) session_.RequestReading();
  }

  // The writes complete at once, or nearly so, if they fit into the pipes' buffers; a client that does not read is not
  // waited for.
  void SendShutdown() {
    session_.Shutdown(reason_);
    SendStatus();
    const ULONGLONG end = GetTickCount64() + kShutdownMs;
    for (ULONGLONG now = GetTickCount64(); now < end; now = GetTickCount64()) {
      DropUnless([](Client& client) { return client->is_sending(); });
      if (clients_.empty()) return;
      WaitForSingleObject(clients_.front()->outgoing(), static_cast<DWORD>(end - now));
      DropUnless([](Client& client) { return !IsSet(client->outgoing()) || client->OnOutgoing(); });
    }
  }

  // Calls `keep` once for each client, in order, and drops those for which it returns false. Not a predicate for
  // remove_if, which guarantees no order and moves elements meanwhile, because it does I/O.
  template <class Keep>
  void DropUnless(Keep keep) {
    for (Client& client : clients_) {
      if (!keep(client)) client.reset();
    }
    clients_.erase(std::remove(clients_.begin(), clients_.end(), nullptr), clients_.end());
  }

  const std::wstring address_;
  OneUserSecurity security_;
  const UniqueHandle ready_event_;
  const std::shared_ptr<WakeEvent> wake_event_;
  ServerSession session_;
  Client listening_;
  bool is_first_ = true;
  DWORD retry_ms_ = kFirstRetryMs;
  std::vector<Client> clients_;
  std::array<HANDLE, MAXIMUM_WAIT_OBJECTS> waits_{};
  std::atomic<bool> stopping_{false};
  std::atomic<ShutdownReason> reason_{ShutdownReason::kOutlookClosing};
  Thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<ChannelServer> ChannelServer::Start(const std::string& data_directory, Hello hello,
                                                    std::shared_ptr<LatestValue<Status>> status,
                                                    std::shared_ptr<WakeEvent> wake_event,
                                                    RequestReading request_reading) {
  return std::make_unique<PipeServer>(data_directory, std::move(hello), std::move(status), std::move(wake_event),
                                      std::move(request_reading));
}

}  // namespace offline_state
