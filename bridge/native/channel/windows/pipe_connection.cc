#include "channel/windows/pipe_connection.h"

#include <utility>

namespace offline_state {
namespace {

// Sizes of the pipe's buffers. What fits into the first is sent at once, even if the client is not reading yet.
constexpr DWORD kOutBuffer = 64 * 1024;
constexpr DWORD kInBuffer = 512;

}  // namespace

PipeConnection::PipeConnection(const std::wstring& address, SECURITY_ATTRIBUTES* security, bool first,
                               const ServerSession& session)
    : session_(session), incoming_event_(MakeEvent()), outgoing_event_(MakeEvent()) {
  incoming_.hEvent = incoming_event_.get();
  outgoing_.hEvent = outgoing_event_.get();
  // Duplex: clients send refresh, and a pending read notices that the client is gone.
  const DWORD open = PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | (first ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0);
  const DWORD mode = PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS;
  pipe_ = UniqueHandle(
      CreateNamedPipeW(address.c_str(), open, mode, PIPE_UNLIMITED_INSTANCES, kOutBuffer, kInBuffer, 0, security));
  if (!pipe_) throw LastError("CreateNamedPipe");
  if (!BeginConnect()) throw LastError("ConnectNamedPipe");
}

PipeConnection::~PipeConnection() {
  // The buffers must outlive Windows' use of them. Cancelled operations complete at once, so this does not block.
  CancelIoEx(pipe_.get(), nullptr);
  DWORD bytes = 0;
  if (awaiting_) GetOverlappedResult(pipe_.get(), &incoming_, &bytes, TRUE);
  if (writing_) GetOverlappedResult(pipe_.get(), &outgoing_, &bytes, TRUE);
}

bool PipeConnection::BeginConnect() noexcept {
  ResetEvent(incoming_.hEvent);
  if (ConnectNamedPipe(pipe_.get(), &incoming_) != 0) return awaiting_ = true;
  switch (GetLastError()) {
    case ERROR_IO_PENDING:
      return awaiting_ = true;
    case ERROR_PIPE_CONNECTED:  // the client was faster, and no operation is under way
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
  if (was_reading && !session_.Received(client_, received_.data(), bytes)) return false;
  return BeginRead();
}

bool PipeConnection::BeginRead() noexcept {
  ResetEvent(incoming_.hEvent);
  awaiting_ = ReadFile(pipe_.get(), received_.data(), static_cast<DWORD>(received_.size()), nullptr, &incoming_) != 0 ||
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
  client_.Sent(bytes);
  ResetEvent(outgoing_.hEvent);
  return Send();
}

bool PipeConnection::Send() {
  if (writing_ || !session_.Prepare(client_)) return true;
  writing_ = WriteFile(pipe_.get(), client_.data(), static_cast<DWORD>(client_.size()), nullptr, &outgoing_) != 0 ||
             GetLastError() == ERROR_IO_PENDING;
  return writing_;
}

bool PipeConnection::TurnAway() noexcept {
  if (DisconnectNamedPipe(pipe_.get()) == 0) return false;
  DWORD bytes = 0;
  if (awaiting_) GetOverlappedResult(pipe_.get(), &incoming_, &bytes, TRUE);  // ended by the disconnect
  connected_ = false;
  awaiting_ = false;
  client_ = {};
  return BeginConnect();
}

}  // namespace offline_state
