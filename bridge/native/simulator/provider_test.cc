#include "simulator/provider.h"

#include <doctest/doctest.h>

#include <cstring>

#include "simulator/command_words.h"
#include "simulator/simulator_testing.h"

namespace offline_state {
namespace {

TEST_CASE("sets each combination of capabilities by its name, and rejects other names") {
  testing::Provider provider;
  char reply[64];
  for (const char* name : {"none", "offline", "online", "both"}) {
    CHECK(RunProviderCommand(provider.mapi, (std::string("capabilities ") + name).c_str(), reply, sizeof reply) == 0);
    CHECK(NameOf(kCapabilityWords, provider.mapi.capabilities()) == std::string(name));
  }
  CHECK(provider.mapi.capabilities() == (MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE));
  CHECK(RunProviderCommand(provider.mapi, "capabilities some", reply, sizeof reply) == 1);
  CHECK(std::strstr(reply, "\"some\"") != nullptr);
  CHECK(provider.mapi.capabilities() == 3);
}

TEST_CASE("cuts a reply to the size of the buffer, and rejects unknown commands") {
  testing::Provider provider;
  char reply[8] = "xxxxxxx";
  CHECK(RunProviderCommand(provider.mapi, "nonsense", reply, 4) == 1);
  CHECK(std::string(reply) == "The");
  CHECK(reply[4] == 'x');
  CHECK(RunProviderCommand(provider.mapi, nullptr, reply, sizeof reply) == 1);
  CHECK(RunProviderCommand(provider.mapi, "noise", nullptr, 0) == 0);
}

}  // namespace
}  // namespace offline_state
