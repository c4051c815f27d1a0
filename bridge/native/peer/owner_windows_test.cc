#include <doctest/doctest.h>

#include "peer/end.h"
#include "peer/owner.h"

namespace offline_state {
namespace {

TEST_CASE("only an address and a port make an end") {
  CHECK(ParseEnd("127.0.0.1", 1).has_value());
  CHECK(ParseEnd("::1", 65535)->ipv6);
  for (const char* text : {"", "localhost", "127.0.0.1 ", "127.1", "0x7f.0.0.1", "127.0.0.256"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseEnd(text, 1).has_value());
  }
  CHECK_FALSE(ParseEnd("127.0.0.1", 0).has_value());
  CHECK_FALSE(ParseEnd("127.0.0.1", 65536).has_value());
}

TEST_CASE("an IPv4 address seen through an IPv6 socket is the same end") {
  CHECK(*ParseEnd("::ffff:127.0.0.1", 7) == *ParseEnd("127.0.0.1", 7));
  CHECK_FALSE(*ParseEnd("::1", 7) == *ParseEnd("127.0.0.1", 7));
}

TEST_CASE("a connection that Windows does not know belongs to nobody, and so not to this user") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const Connection connection{*ParseEnd(address, 9), *ParseEnd(address, 10)};
    const PeerVerdict verdict = OwnerOfPeer(connection);
    CHECK_FALSE(verdict.same_user);
    CHECK_FALSE(verdict.found);
    CHECK(verdict.why.find("no process") == 0);
  }
}

}  // namespace
}  // namespace offline_state
