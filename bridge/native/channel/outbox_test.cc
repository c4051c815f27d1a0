#include "channel/outbox.h"

#include <doctest/doctest.h>

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes Unsent(const Outbox& outbox) { return {outbox.data(), outbox.data() + outbox.size()}; }

TEST_CASE("keeps in order what has not been sent, however little is sent at a time") {
  Outbox outbox(10);
  CHECK(outbox.empty());
  CHECK(outbox.Append({1, 2, 3}));
  outbox.Sent(1);
  CHECK(Unsent(outbox) == Bytes{2, 3});
  CHECK(outbox.Append({4, 5}));
  CHECK(Unsent(outbox) == Bytes{2, 3, 4, 5});
  outbox.Sent(4);
  CHECK(outbox.empty());
}

TEST_CASE("refuses what would make it longer than its limit, and keeps what it had") {
  Outbox outbox(4);
  CHECK(outbox.Append({1, 2, 3, 4}));
  CHECK_FALSE(outbox.Append({5}));
  CHECK(Unsent(outbox) == Bytes{1, 2, 3, 4});
  outbox.Sent(1);
  CHECK(outbox.Append({5}));
  CHECK_FALSE(outbox.Append({6}));
  CHECK(Unsent(outbox) == Bytes{2, 3, 4, 5});
}

}  // namespace
}  // namespace offline_state
