#include "peer/socket_owner.h"

#include <doctest/doctest.h>

namespace offline_state {
namespace {

TEST_CASE("rejects a connection that Windows does not list") {
  for (const char* address : {"127.0.0.1", "::1"}) {
    const TcpConnection connection{*ParseEndpoint(address, 9), *ParseEndpoint(address, 10)};
    const PeerVerdict verdict = CheckPeer(connection);
    CHECK_FALSE(verdict.same_user);
    CHECK_FALSE(verdict.found);
    CHECK(verdict.reason.find("no process") == 0);
  }
}

}  // namespace
}  // namespace offline_state
