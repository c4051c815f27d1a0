// The agent's end of the channel. One thread does all of its I/O; nothing here is called back on Outlook's threads.
// Platform code: posix/server.cc, windows/server.cc. Both use server_session.h.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "channel/frame.h"
#include "core/latest_value.h"
#include "core/status.h"
#include "core/wake_event.h"

namespace offline_state {

class ChannelServer {
 public:
  static constexpr std::size_t kMaxClients = 16;  // one more is closed at once

  // Called on the server's thread to request a reading: a client has connected or sent refresh, or a notification has
  // changed the state. Must not throw, wait or stop the server.
  using RequestReading = std::function<void()>;

  // Listens and starts the thread. `wake_event` must be what `status` wakes. A peer of another user is closed before a
  // byte is sent to it. Throws std::runtime_error if the address cannot be served, because another agent of this data
  // directory serves it, for example.
  static std::unique_ptr<ChannelServer> Start(
      const std::string& data_directory, Hello hello, std::shared_ptr<LatestValue<Status>> status,
      std::shared_ptr<WakeEvent> wake_event, RequestReading request_reading = [] {});

  virtual ~ChannelServer() = default;
  // Sends shutdown to the clients that can take it at once, and joins the thread.
  virtual void Stop(ShutdownReason reason) noexcept = 0;
};

}  // namespace offline_state
