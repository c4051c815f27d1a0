// Decides what the server sends and when it asks for a reading: the portable half of a channel server. Used by the
// server's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "channel/frame.h"
#include "core/latest_value.h"
#include "core/status.h"

namespace offline_state {

class ServerSession {
 public:
  // One client's connection: the unsent bytes of one frame, and what it has been sent so far. A client that reads
  // slowly, or not at all, skips statuses and gets the newest as soon as it has read the last frame: it delays nobody
  // and needs no more memory.
  class Client {
   public:
    const std::uint8_t* data() const noexcept { return bytes_.data() + sent_; }
    std::size_t size() const noexcept { return bytes_.size() - sent_; }
    // `count` bytes of data() have been sent.
    void Sent(std::size_t count) noexcept { sent_ += count; }

   private:
    friend class ServerSession;
    std::vector<std::uint8_t> bytes_;
    std::size_t sent_ = 0;
    bool has_hello_ = false;
    std::optional<std::uint64_t> version_;  // of the last status
    bool has_shutdown_ = false;
    ClientFrameDecoder decoder_;
  };

  // `request_reading` must not throw or wait.
  ServerSession(Hello hello, std::shared_ptr<LatestValue<Status>> status, std::function<void()> request_reading);

  // Takes the newest status, for all clients. True: a notification has changed the state, so request a reading, after
  // the status has been sent. A change that a reading has found needs none, or readings would never end.
  [[nodiscard]] bool TakeStatus();

  // A client has connected, or TakeStatus returned true.
  void RequestReading() const { request_reading_(); }

  // A client has sent bytes. False: they are malformed, so close it.
  bool Received(Client& client, const std::uint8_t* data, std::size_t size) const;

  // Encodes the next frame for the client, if it has been sent all of the last one: hello, then the newest status if it
  // differs from the last one sent, then shutdown. False: there is nothing to send.
  bool Prepare(Client& client) const;

  // From now on the last frame for each client is shutdown.
  void Shutdown(ShutdownReason reason) noexcept { shutdown_ = reason; }

 private:
  const Hello hello_;
  const std::shared_ptr<LatestValue<Status>> status_;
  const std::function<void()> request_reading_;
  Status newest_;
  std::uint64_t version_ = 0;  // of newest_
  std::optional<ShutdownReason> shutdown_;
};

}  // namespace offline_state
