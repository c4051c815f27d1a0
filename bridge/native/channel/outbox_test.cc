#include "channel/outbox.h"

#include <doctest/doctest.h>

namespace offline_state {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes Unsent(const Outbox& outbox) { return {outbox.data(), outbox.data() + outbox.size()}; }

TEST_CASE("keeps in order what has not been sent, however little is sent at a time") {
  Outbox outbox(10);
  CHECK(outbox.empty());
  outbox.Append({1, 2, 3});
  outbox.Sent(1);
  CHECK(Unsent(outbox) == Bytes{2, 3});
  outbox.Append({4, 5});
  CHECK(Unsent(outbox) == Bytes{2, 3, 4, 5});
  outbox.Sent(4);
  CHECK(outbox.empty());
}

TEST_CASE("keeps no more than its limit, and after a gap nothing until the newest makes up for it") {
  Outbox outbox(4);
  outbox.Append({1, 2, 3, 4});
  CHECK_FALSE(outbox.wants_newest());
  outbox.Append({5});
  CHECK(Unsent(outbox) == Bytes{1, 2, 3, 4});
  outbox.Sent(3);
  outbox.Append({6});  // would fit, but 5 is missing before it
  CHECK(Unsent(outbox) == Bytes{4});
  CHECK_FALSE(outbox.wants_newest());
  outbox.Sent(1);
  CHECK(outbox.wants_newest());
  outbox.CatchUp({7});
  CHECK_FALSE(outbox.wants_newest());
  outbox.Append({8});
  CHECK(Unsent(outbox) == Bytes{7, 8});
}

TEST_CASE("what fills it to the limit is no gap") {
  Outbox outbox(2);
  outbox.Append({1, 2});
  outbox.Sent(2);
  CHECK_FALSE(outbox.wants_newest());
  outbox.Append({3, 4});
  CHECK(Unsent(outbox) == Bytes{3, 4});
}

}  // namespace
}  // namespace offline_state
