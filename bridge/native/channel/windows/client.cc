#include "channel/client.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <utility>
#include <vector>

#include "channel/address.h"
#include "channel/client_session.h"
#include "channel/frame.h"
#include "channel/windows/peer.h"
#include "channel/windows/ready_event.h"
#include "core/wake_event.h"
#include "core/windows/thread.h"
#include "core/windows/wide_text.h"

namespace offline_state {
namespace {

// Until the agent has created the next instance of its pipe, or the next agent its first.
constexpr DWORD kBusyMs = 10;
// A server that accepts the connection and closes it again mostly has too many clients. Nothing notifies us when it has
// room, so only then there is a timer.
constexpr DWORD kFirstRefusalMs = 250;
constexpr DWORD kLastRefusalMs = 5000;

// The shorter of two timeouts; a negative `other` is none.
DWORD Sooner(DWORD one, int other) noexcept { return other < 0 ? one : std::min(one, static_cast<DWORD>(other)); }

// Sends refresh without waiting for the agent to read it. A failed write needs no handling: the pending read fails too.
class RefreshWriter {
 public:
  explicit RefreshWriter(HANDLE pipe) : pipe_(pipe), written_event_(MakeEvent()) {
    Encode(Refresh{}, bytes_);
    written_.hEvent = written_event_.get();
  }
  ~RefreshWriter() {
    if (!writing_) return;
    CancelIoEx(pipe_, &written_);
    DWORD ignored = 0;
    GetOverlappedResult(pipe_, &written_, &ignored, TRUE);  // the bytes belong to Windows until then
  }
  RefreshWriter(const RefreshWriter&) = delete;
  RefreshWriter& operator=(const RefreshWriter&) = delete;

  // Does nothing while the last one has not been read.
  void Write() noexcept {
    if (writing_ && !IsSet(written_.hEvent)) return;
    writing_ = WriteFile(pipe_, bytes_.data(), static_cast<DWORD>(bytes_.size()), nullptr, &written_) != 0 ||
               GetLastError() == ERROR_IO_PENDING;
  }

 private:
  const HANDLE pipe_;
  const UniqueHandle written_event_;
  OVERLAPPED written_{};
  bool writing_ = false;
  std::vector<std::uint8_t> bytes_;
};

class PipeClient final : public ChannelClient {
 public:
  PipeClient(const std::string& data_directory, Listener listener)
      : address_(WideText(ChannelAddress(data_directory))),
        own_(OwnIdentity()),
        ready_event_(OpenReadyEvent(data_directory)),
        arrived_(MakeEvent()),
        wake_event_(WakeEvent::Create()),
        session_(std::move(listener), {[this] { return FindAndWatchOutlook(); }, Now}),
        thread_([this] { Run(); }) {}

  ~PipeClient() override { Stop(); }

  void Refresh() noexcept override {
    refresh_ = true;
    wake_event_->Wake();
  }

  void Stop() noexcept override {
    stopping_ = true;
    wake_event_->Wake();
    thread_.Join();
  }

 private:
  void Run() noexcept {
    while (!stopping_) {
      Guard([this] { Attempt(); });
      if (!stopping_) Wait({ready_event_.get(), watched_.process.get()}, Sooner(next_ms_, session_.TimeoutMs()));
      if (watched_.process && IsSet(watched_.process.get())) {
        watched_ = {};
        refresh_ = true;
      }
    }
  }

  // Out of memory: gives up this attempt.
  template <class Body>
  void Guard(Body body) noexcept {
    try {
      try {
        body();
      } catch (const std::exception&) {
        next_ms_ = kLastRefusalMs;
        session_.Closed();
      }
    } catch (const std::exception&) {
      session_.Abandon();
    }
  }

  // Sets next_ms_: after that time it tries again, even if the ready event is not set and the watched process lives.
  void Attempt() {
    // The server may identify this user, but not impersonate it.
    const UniqueHandle pipe(CreateFileW(address_.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                                        nullptr));
    if (!pipe) return Fail(GetLastError());
    Peer server = CheckServer(pipe.get(), own_);
    const std::string rejection = std::move(server.rejection);
    watched_ = std::move(server);
    next_ms_ = INFINITE;
    if (!rejection.empty()) return session_.Rejected(rejection);
    session_.Connected();
    const bool was_accepted = Receive(pipe.get());
    if (stopping_) return;
    session_.Closed();
    if (was_accepted) {
      refusal_ms_ = kFirstRefusalMs;
      next_ms_ = kBusyMs;
    } else {
      next_ms_ = refusal_ms_;
      refusal_ms_ = std::min(refusal_ms_ * 2, kLastRefusalMs);
    }
  }

  void Fail(DWORD error) {
    const std::string detail = "Cannot connect to the agent's pipe (Windows error " + std::to_string(error) + ").";
    next_ms_ = error == ERROR_PIPE_BUSY ? kBusyMs : INFINITE;
    if (error == ERROR_ACCESS_DENIED) return session_.Rejected("This user may not open the agent's pipe.");
    session_.ConnectFailed(detail);
    session_.OnTimeout();
    if (refresh_.exchange(false)) session_.ProbeAgain();
  }

  // Returns when the channel breaks, is refused, or the client stops. True if the agent has sent valid bytes only.
  bool Receive(HANDLE pipe) {
    OVERLAPPED reading{};
    reading.hEvent = arrived_.get();
    RefreshWriter writer(pipe);
    bool has_received = false;
    while (ReadFile(pipe, bytes_.data(), static_cast<DWORD>(bytes_.size()), nullptr, &reading) != 0 ||
           GetLastError() == ERROR_IO_PENDING) {
      while (!stopping_ && !IsSet(arrived_.get())) {
        if (!Wait({arrived_.get(), nullptr}, Sooner(INFINITE, session_.TimeoutMs()))) session_.OnTimeout();
        // A refresh that cannot be sent stays pending and probes Outlook after the channel has closed.
        if (session_.accepts_refresh() && refresh_.exchange(false)) writer.Write();
      }
      if (stopping_) CancelIoEx(pipe, &reading);
      DWORD got = 0;
      // The bytes belong to Windows until this returns.
      if (GetOverlappedResult(pipe, &reading, &got, TRUE) == 0 || stopping_) break;
      if (!session_.Received(bytes_.data(), got)) return false;
      // The ready event wakes only one bridge: pass it on to the next.
      if (!std::exchange(has_received, true)) SetEvent(ready_event_.get());
    }
    return has_received;
  }

  // False if the time is over. Otherwise one of `handles` (null: none) or the wake event is set.
  bool Wait(std::array<HANDLE, 2> handles, DWORD milliseconds) noexcept {
    std::array<HANDLE, 3> set{reinterpret_cast<HANDLE>(wake_event_->handle())};
    DWORD count = 1;
    for (const HANDLE handle : handles) {
      if (handle != nullptr) set[count++] = handle;
    }
    const DWORD woken = WaitForMultipleObjects(count, set.data(), FALSE, milliseconds);
    if (woken == WAIT_OBJECT_0) wake_event_->Clear();
    return woken != WAIT_TIMEOUT;
  }

  // Whether Outlook runs; if it does, the thread also waits for its end.
  bool FindAndWatchOutlook() {
    watched_ = FindOutlook(own_);
    return static_cast<bool>(watched_.process);
  }

  const std::wstring address_;
  const Identity own_;
  const UniqueHandle ready_event_;
  const UniqueHandle arrived_;
  const std::shared_ptr<WakeEvent> wake_event_;
  ClientSession session_;
  Peer watched_;  // serves the pipe, or is an Outlook without the agent
  DWORD next_ms_ = INFINITE;
  DWORD refusal_ms_ = kFirstRefusalMs;
  std::array<std::uint8_t, 4096> bytes_{};
  std::atomic<bool> refresh_{false};
  std::atomic<bool> stopping_{false};
  Thread thread_;  // last: it uses all of the above
};

}  // namespace

std::unique_ptr<ChannelClient> ChannelClient::Start(const std::string& data_directory, Listener listener) {
  return std::make_unique<PipeClient>(data_directory, std::move(listener));
}

}  // namespace offline_state
