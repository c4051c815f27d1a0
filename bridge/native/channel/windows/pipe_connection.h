// One instance of the agent's pipe: waits for a client, then exchanges bytes with it. Overlapped throughout: no call
// here waits on the peer. Used by the server's thread only. Windows only.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "channel/server_session.h"
#include "core/windows/handle.h"

namespace offline_state {

class PipeConnection {
 public:
  // Creates an instance of the pipe `address` and begins to wait for its client. `first` requires that no other process
  // serves that name. `session` must outlive it. Throws std::system_error: ERROR_ACCESS_DENIED or ERROR_PIPE_BUSY if
  // the name is taken.
  PipeConnection(const std::wstring& address, SECURITY_ATTRIBUTES* security, bool first, const ServerSession& session);
  // Cancels the operations under way; bytes that the client has not read yet stay readable for it.
  ~PipeConnection();
  PipeConnection(const PipeConnection&) = delete;
  PipeConnection& operator=(const PipeConnection&) = delete;

  // To wait for: set when a client has connected, has sent something or is gone / when a write has completed.
  HANDLE incoming() const noexcept { return incoming_event_.get(); }
  HANDLE outgoing() const noexcept { return outgoing_event_.get(); }

  // incoming() is set. False: this connection is over. Throws std::bad_alloc.
  bool OnIncoming();

  // outgoing() is set: continues to send. False: over. Throws std::bad_alloc.
  bool OnOutgoing();

  // Begins to send what the session has for this client, unless a write is under way. False: over. Throws
  // std::bad_alloc.
  bool Send();
  bool is_sending() const noexcept { return writing_; }

  // Disconnects the client and waits for the next one. False: over.
  bool TurnAway() noexcept;

 private:
  bool BeginConnect() noexcept;
  bool BeginRead() noexcept;

  const ServerSession& session_;
  ServerSession::Client client_;  // its bytes belong to Windows while writing_
  UniqueHandle incoming_event_;
  UniqueHandle outgoing_event_;
  OVERLAPPED incoming_{};
  OVERLAPPED outgoing_{};
  bool connected_ = false;
  bool awaiting_ = false;                     // an operation of incoming_ is under way
  bool writing_ = false;                      // an operation of outgoing_ is under way
  std::array<std::uint8_t, 512> received_{};  // belongs to Windows while a read is under way
  UniqueHandle pipe_;
};

}  // namespace offline_state
