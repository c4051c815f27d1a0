// What the agent says, and in which order: the portable half of a channel server.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "agent/mailbox.h"
#include "channel/frames.h"

namespace offline_state {

// Used by the server's one thread alone.
class Publisher {
 public:
  using Bytes = std::vector<std::uint8_t>;

  Publisher(Hello hello, std::shared_ptr<Mailbox> mailbox);

  // The pictures since the last call, as frames for every client; empty when there is none. Clear the waker before.
  const Bytes& News();

  // Whether a change of the state was notified since the last call: it is worth a reading. One that a reading has found
  // is not, or readings would go on for ever.
  bool TakeNotifiedChange() noexcept { return std::exchange(notified_change_, false); }

  // The first two frames of a client that has come after the last News(): what News() says next continues from there.
  const Bytes& Greeting();

  // The newest picture that News() has told, for a client that has missed some. Leaves what News() returned as it is.
  const Bytes& Newest();

  const Bytes& Farewell(Goodbye why);

 private:
  const Hello hello_;
  const std::shared_ptr<Mailbox> mailbox_;
  Present latest_;
  bool notified_change_ = false;
  std::array<Present, Mailbox::kRing> taken_;
  Bytes bytes_;
  Bytes newest_;
};

}  // namespace offline_state
