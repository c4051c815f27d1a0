// One instance of the agent's pipe: waits for a client, then carries bytes to it. Overlapped throughout: no call here
// waits on the peer. One thread. Windows only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "channel/codec.h"
#include "channel/handle_windows.h"
#include "channel/outbox.h"

namespace offline_state {

class PipeConnection {
 public:
  // Makes an instance of the pipe `address` and begins to wait for its client. `first` demands that no other process
  // serves that name. Throws std::system_error: ERROR_ACCESS_DENIED or ERROR_PIPE_BUSY when the name is taken.
  PipeConnection(const std::wstring& address, SECURITY_ATTRIBUTES* security, bool first, std::size_t limit);
  // Ends what is under way; bytes that the client has not read yet stay readable for it.
  ~PipeConnection();
  PipeConnection(const PipeConnection&) = delete;
  PipeConnection& operator=(const PipeConnection&) = delete;

  // To wait for: set when the client has come, has said something or has gone / when bytes have been taken.
  HANDLE incoming() const noexcept { return incoming_event_.get(); }
  HANDLE outgoing() const noexcept { return outgoing_event_.get(); }

  bool connected() const noexcept { return connected_; }

  // incoming() is set: a client has come, or what it says is in the decoder. False: this connection is over. Throws
  // std::bad_alloc.
  bool OnIncoming();

  // What the client has said.
  ClientDecoder& decoder() noexcept { return decoder_; }

  // outgoing() is set. False: over. Throws std::bad_alloc.
  bool OnOutgoing();

  // Sends what fits and keeps the rest, within `limit` of the constructor; beyond it the client misses something.
  // False: over. Throws std::bad_alloc.
  bool Send(const std::vector<std::uint8_t>& bytes);

  // The client has missed something and has taken everything else: CatchUp sends what makes up for it. As Send.
  bool wants_newest() const noexcept { return outbox_.wants_newest(); }
  bool CatchUp(const std::vector<std::uint8_t>& newest);

  // Puts the client out and waits for the next one. False: over.
  bool TurnAway() noexcept;

  bool has_unsent() const noexcept { return !outbox_.empty(); }

 private:
  bool Await() noexcept;   // begins to wait for a client
  bool Listen() noexcept;  // begins to read
  bool Write();            // begins to write what is in the outbox

  UniqueHandle incoming_event_;
  UniqueHandle outgoing_event_;
  OVERLAPPED incoming_{};
  OVERLAPPED outgoing_{};
  bool connected_ = false;
  bool awaiting_ = false;                  // an operation of incoming_ is under way
  bool writing_ = false;                   // an operation of outgoing_ is under way
  std::array<std::uint8_t, 512> heard_{};  // Windows' while a read is under way
  ClientDecoder decoder_;
  Outbox outbox_;
  std::vector<std::uint8_t> in_flight_;  // a copy of its head, which belongs to Windows while writing_
  UniqueHandle pipe_;
};

}  // namespace offline_state
