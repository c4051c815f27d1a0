// The agent's end of the channel. One thread does all of its I/O; nothing here is called back on Outlook's threads.
// Platform code: server_posix.cc, server_windows.cc.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/mailbox.h"
#include "channel/frames.h"

namespace offline_state {

class ChannelServer {
 public:
  static constexpr std::size_t kMaxClients = 16;  // one more is closed at once
  // Bytes kept for a client that does not read; then it misses some. A full mailbox, which comes at once, fits.
  static constexpr std::size_t kMaxUnsent = 24 * 1024;

  // Asks for a reading. Called on the server's thread: a client has connected, a client has said refresh, or a change
  // of the state was notified. Must not throw, wait, or stop the server.
  using RequestReading = std::function<void()>;

  // Listens and starts the thread. A peer of another user is closed before a byte is sent to it.
  // Throws std::runtime_error when the address cannot be served (another agent of this home, say).
  static std::unique_ptr<ChannelServer> Start(
      const std::string& home, Hello hello, std::shared_ptr<Mailbox> mailbox, std::shared_ptr<Waker> waker,
      RequestReading request_reading = [] {});

  // Joins the thread; sends goodbye to those who can take it without waiting.
  virtual ~ChannelServer() = default;
  virtual void Stop(Goodbye why) noexcept = 0;
};

}  // namespace offline_state
