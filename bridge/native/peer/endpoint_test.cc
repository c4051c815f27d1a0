#include "peer/endpoint.h"

#include <doctest/doctest.h>

namespace offline_state {
namespace {

TEST_CASE("accepts IP address literals and ports in range, and nothing else") {
  CHECK(ParseEndpoint("127.0.0.1", 1).has_value());
  CHECK(ParseEndpoint("::1", 65535)->ipv6);
  for (const char* text : {"", "localhost", "127.0.0.1 ", "127.1", "::1%lo", "0x7f.0.0.1", "127.0.0.256"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseEndpoint(text, 1).has_value());
  }
  CHECK_FALSE(ParseEndpoint("127.0.0.1", 0).has_value());
  CHECK_FALSE(ParseEndpoint("127.0.0.1", 65536).has_value());
}

TEST_CASE("treats an IPv4-mapped IPv6 address as the IPv4 address") {
  CHECK(*ParseEndpoint("::ffff:127.0.0.1", 7) == *ParseEndpoint("127.0.0.1", 7));
  CHECK_FALSE(*ParseEndpoint("::1", 7) == *ParseEndpoint("127.0.0.1", 7));
}

}  // namespace
}  // namespace offline_state
