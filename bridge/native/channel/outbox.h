// What one client has not taken yet. Bounded: a client that does not read is given up, not waited for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offline_state {

class Outbox {
 public:
  explicit Outbox(std::size_t limit) noexcept : limit_(limit) {}

  // False, and nothing is kept, when the client has more than `limit` bytes unsent: close it.
  bool Append(const std::vector<std::uint8_t>& bytes);

  bool empty() const noexcept { return sent_ == bytes_.size(); }
  const std::uint8_t* data() const noexcept { return bytes_.data() + sent_; }
  std::size_t size() const noexcept { return bytes_.size() - sent_; }

  // `count` bytes of data() have been sent.
  void Sent(std::size_t count) noexcept;

 private:
  std::size_t limit_;
  std::vector<std::uint8_t> bytes_;
  std::size_t sent_ = 0;
};

}  // namespace offline_state
