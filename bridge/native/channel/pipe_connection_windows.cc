#include "channel/pipe_connection_windows.h"

namespace offline_state {
namespace {

// What Windows keeps for a client that is about to read: a goodbye then leaves at once.
constexpr DWORD kOutBuffer = 64 * 1024;
constexpr DWORD kInBuffer = 512;

}  // namespace

PipeConnection::PipeConnection(const std::wstring& address, SECURITY_ATTRIBUTES* security, bool first,
                               std::size_t limit)
    : incoming_event_(MakeEvent()), outgoing_event_(MakeEvent()), outbox_(limit) {
  incoming_.hEvent = incoming_event_.get();
  outgoing_.hEvent = outgoing_event_.get();
  // Duplex: clients say refresh, and a read under way notices that the client has gone.
  const DWORD open = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
  const DWORD mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
  pipe_ = UniqueHandle(
      CreateNamedPipeW(address.c_str(), open, mode, PIPE_UNLIMITED_INSTANCES, kOutBuffer, kInBuffer, 0, security));
  if (!pipe_) throw LastError("CreateNamedPipe");
  if (!Await()) throw LastError("ConnectNamedPipe");
}

PipeConnection::~PipeConnection() {
  // The buffers must outlive what Windows does with them: cancelled operations end at once, and then the wait does too.
  CancelIoEx(pipe_.get(), nullptr);
  DWORD bytes = 0;
  if (awaiting_) GetOverlappedResult(pipe_.get(), &incoming_, &bytes, TRUE);
  if (writing_) GetOverlappedResult(pipe_.get(), &outgoing_, &bytes, TRUE);
}

bool PipeConnection::Await() noexcept {
  ResetEvent(incoming_.hEvent);
  if (ConnectNamedPipe(pipe_.get(), &incoming_) != 0) return awaiting_ = true;
  switch (GetLastError()) {
    case ERROR_IO_PENDING:
      return awaiting_ = true;
    case ERROR_PIPE_CONNECTED:  // it was quicker than we, and nothing is under way
      SetEvent(incoming_.hEvent);
      return true;
    default:
      return false;
  }
}

bool PipeConnection::OnIncoming() {
  DWORD bytes = 0;
  if (awaiting_ && GetOverlappedResult(pipe_.get(), &incoming_, &bytes, FALSE) == 0) {
    if (GetLastError() == ERROR_IO_INCOMPLETE) return true;
    awaiting_ = false;
    return false;
  }
  const bool was_reading = std::exchange(connected_, true);
  awaiting_ = false;
  if (was_reading) decoder_.Feed(heard_.data(), bytes);
  return Listen();
}

bool PipeConnection::Listen() noexcept {
  ResetEvent(incoming_.hEvent);
  awaiting_ = ReadFile(pipe_.get(), heard_.data(), static_cast<DWORD>(heard_.size()), nullptr, &incoming_) != 0 ||
              GetLastError() == ERROR_IO_PENDING;
  return awaiting_;
}

bool PipeConnection::OnOutgoing() {
  DWORD bytes = 0;
  if (writing_ && GetOverlappedResult(pipe_.get(), &outgoing_, &bytes, FALSE) == 0) {
    if (GetLastError() == ERROR_IO_INCOMPLETE) return true;
    writing_ = false;
    return false;
  }
  writing_ = false;
  outbox_.Sent(bytes);
  ResetEvent(outgoing_.hEvent);
  return outbox_.empty() || Write();
}

bool PipeConnection::Send(const std::vector<std::uint8_t>& bytes) {
  outbox_.Append(bytes);
  return writing_ || outbox_.empty() || Write();
}

bool PipeConnection::CatchUp(const std::vector<std::uint8_t>& newest) {
  outbox_.CatchUp(newest);
  return writing_ || Write();
}

bool PipeConnection::Write() {
  in_flight_.assign(outbox_.data(), outbox_.data() + outbox_.size());
  writing_ =
      WriteFile(pipe_.get(), in_flight_.data(), static_cast<DWORD>(in_flight_.size()), nullptr, &outgoing_) != 0 ||
      GetLastError() == ERROR_IO_PENDING;
  return writing_;
}

bool PipeConnection::TurnAway() noexcept {
  if (DisconnectNamedPipe(pipe_.get()) == 0) return false;
  DWORD bytes = 0;
  if (awaiting_) GetOverlappedResult(pipe_.get(), &incoming_, &bytes, TRUE);  // that has ended the read
  connected_ = false;
  awaiting_ = false;
  decoder_ = {};
  return Await();
}

}  // namespace offline_state
