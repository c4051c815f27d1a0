// What one client has not taken yet. Bounded: a client that reads slowly, or not at all, is not waited for. It misses
// pictures and is told the newest as soon as it has taken the rest: every picture is complete, so it is late, not
// wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace offline_state {

class Outbox {
 public:
  explicit Outbox(std::size_t limit) noexcept : limit_(limit) {}

  // Keeps `bytes`, whole frames, unless that makes more than `limit` bytes: then, and until CatchUp, nothing is kept.
  void Append(const std::vector<std::uint8_t>& bytes);

  // True once a client that has missed something has taken everything else.
  bool wants_newest() const noexcept { return is_behind_ && empty(); }

  // Keeps `newest`, which makes up for all that was missed. At most `limit` bytes; only while wants_newest().
  void CatchUp(const std::vector<std::uint8_t>& newest);

  bool empty() const noexcept { return sent_ == bytes_.size(); }
  const std::uint8_t* data() const noexcept { return bytes_.data() + sent_; }
  std::size_t size() const noexcept { return bytes_.size() - sent_; }

  // `count` bytes of data() have been sent.
  void Sent(std::size_t count) noexcept;

 private:
  std::size_t limit_;
  bool is_behind_ = false;
  std::vector<std::uint8_t> bytes_;
  std::size_t sent_ = 0;
};

}  // namespace offline_state
