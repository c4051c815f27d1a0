#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <utility>
#include <vector>

#include "agent/waker.h"
#include "channel/address.h"
#include "channel/client.h"
#include "channel/codec.h"
#include "channel/meeting_windows.h"
#include "channel/peer_windows.h"
#include "channel/session.h"
#include "channel/text_windows.h"
#include "channel/thread_windows.h"

namespace offline_state {
namespace {

// The agent makes the next instance of its pipe as soon as one is taken, and the next agent its own in no time.
constexpr DWORD kBusyMs = 10;
// Whoever accepts us and says nothing good: a full agent, mostly. Then, and only then, time decides.
constexpr DWORD kFirstRefusalMs = 250;
constexpr DWORD kLastRefusalMs = 5000;

DWORD Sooner(DWORD one, int other) noexcept { return other < 0 ? one : std::min(one, static_cast<DWORD>(other)); }

// Says refresh without waiting for the agent to read it. A write that fails is a channel that breaks, which the read
// under way shows.
class RefreshWriter {
 public:
  explicit RefreshWriter(HANDLE pipe) : pipe_(pipe), written_event_(MakeEvent()) {
    Encode(ClientFrame(Refresh{}), bytes_);
    written_.hEvent = written_event_.get();
  }
  ~RefreshWriter() {
    if (!writing_) return;
    CancelIoEx(pipe_, &written_);
    DWORD ignored = 0;
    GetOverlappedResult(pipe_, &written_, &ignored, TRUE);  // the bytes are Windows' until then
  }
  RefreshWriter(const RefreshWriter&) = delete;
  RefreshWriter& operator=(const RefreshWriter&) = delete;

  // Nothing while the last one has not been read: that asks for the same.
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
  PipeClient(const std::string& home, Listener listener)
      : address_(WideText(ChannelAddress(home))),
        own_(OwnIdentity()),
        meeting_(OpenMeeting(home)),
        arrived_(MakeEvent()),
        waker_(Waker::Create()),
        session_(std::move(listener), {[this] { return Look(); }, Now}),
        thread_([this] { Run(); }) {}

  ~PipeClient() override { Stop(); }

  void Refresh() noexcept override {
    refresh_ = true;
    waker_->Wake();
  }

  void Stop() noexcept override {
    stopping_ = true;
    waker_->Wake();
    thread_.Join();
  }

 private:
  void Run() noexcept {
    while (!stopping_) {
      Guarded([this] { Attempt(); });
      if (!stopping_) Wait({meeting_.get(), watched_.process.get()}, Sooner(next_ms_, session_.PatienceMs()));
      if (watched_.process && IsSet(watched_.process.get())) {
        watched_ = {};
        refresh_ = true;
      }
    }
  }

  // No memory for this attempt: the next may have some.
  template <class Body>
  void Guarded(Body body) noexcept {
    try {
      try {
        body();
      } catch (const std::exception&) {
        next_ms_ = kLastRefusalMs;
        session_.Closed();
      }
    } catch (const std::exception&) {
      session_.Forget();
    }
  }

  // Sets next_ms_: when to try again, should neither the agent call nor the process end that is watched.
  void Attempt() {
    // Whoever it is may learn who we are, and may not act as us.
    const UniqueHandle pipe(CreateFileW(address_.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                        FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION,
                                        nullptr));
    if (!pipe) return Fail(GetLastError());
    Peer server = CheckServer(pipe.get(), own_);
    const std::string distrust = std::move(server.distrust);
    watched_ = std::move(server);
    next_ms_ = INFINITE;
    if (!distrust.empty()) return session_.Untrusted(distrust);
    session_.Opened();
    const bool was_good = Follow(pipe.get());
    if (stopping_) return;
    session_.Closed();
    if (was_good) {
      refusal_ms_ = kFirstRefusalMs;
      next_ms_ = kBusyMs;
    } else {
      next_ms_ = refusal_ms_;
      refusal_ms_ = std::min(refusal_ms_ * 2, kLastRefusalMs);
    }
  }

  void Fail(DWORD error) {
    const std::string detail = "No agent answers at its pipe (Windows error " + std::to_string(error) + ").";
    next_ms_ = error == ERROR_PIPE_BUSY ? kBusyMs : INFINITE;
    if (error == ERROR_ACCESS_DENIED) return session_.Untrusted("This user may not open the agent's pipe.");
    session_.Absent(detail);
    session_.Tick();
    if (refresh_.exchange(false)) session_.LookAgain();
  }

  // Until the channel breaks, is refused, or the client stops. True when nothing but good had been said.
  bool Follow(HANDLE pipe) {
    OVERLAPPED reading{};
    reading.hEvent = arrived_.get();
    RefreshWriter writer(pipe);
    bool was_greeted = false;
    while (ReadFile(pipe, bytes_.data(), static_cast<DWORD>(bytes_.size()), nullptr, &reading) != 0 ||
           GetLastError() == ERROR_IO_PENDING) {
      while (!stopping_ && !IsSet(arrived_.get())) {
        if (!Wait({arrived_.get(), nullptr}, Sooner(INFINITE, session_.PatienceMs()))) session_.Tick();
        // One that cannot be sent stays, and becomes a look at Outlook when the channel has closed.
        if (session_.takes_refresh() && refresh_.exchange(false)) writer.Write();
      }
      if (stopping_) CancelIoEx(pipe, &reading);
      DWORD got = 0;
      // The bytes are Windows' until this says how it ended.
      if (GetOverlappedResult(pipe, &reading, &got, TRUE) == 0 || stopping_) break;
      if (!session_.Received(bytes_.data(), got)) return false;
      // The meeting's event wakes one bridge alone: pass it on.
      if (!std::exchange(was_greeted, true)) SetEvent(meeting_.get());
    }
    return was_greeted;
  }

  // False when the time is over. Otherwise one of `handles` (null: none) is set, or somebody woke us.
  bool Wait(std::array<HANDLE, 2> handles, DWORD milliseconds) noexcept {
    std::array<HANDLE, 3> set{reinterpret_cast<HANDLE>(waker_->handle())};
    DWORD count = 1;
    for (const HANDLE handle : handles) {
      if (handle != nullptr) set[count++] = handle;
    }
    const DWORD woken = WaitForMultipleObjects(count, set.data(), FALSE, milliseconds);
    if (woken == WAIT_OBJECT_0) waker_->Clear();
    return woken != WAIT_TIMEOUT;
  }

  // Whether Outlook runs; its end is then waited for.
  bool Look() {
    watched_ = FindOutlook(own_);
    return static_cast<bool>(watched_.process);
  }

  const std::wstring address_;
  const Identity own_;
  const UniqueHandle meeting_;
  const UniqueHandle arrived_;
  const std::shared_ptr<Waker> waker_;
  Session session_;
  Peer watched_;  // serves the pipe, or is the Outlook that runs without the agent
  DWORD next_ms_ = INFINITE;
  DWORD refusal_ms_ = kFirstRefusalMs;
  std::array<std::uint8_t, 4096> bytes_{};
  std::atomic<bool> refresh_{false};
  std::atomic<bool> stopping_{false};
  Thread thread_;  // last: everything it uses is there before it, and after it
};

}  // namespace

std::unique_ptr<ChannelClient> ChannelClient::Start(const std::string& home, Listener listener) {
  return std::make_unique<PipeClient>(home, std::move(listener));
}

}  // namespace offline_state
