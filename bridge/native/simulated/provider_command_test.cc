#include "simulated/provider_command.h"

#include <doctest/doctest.h>

#include <cstring>

#include "simulated/capability_names.h"
#include "simulated/simulated_testing.h"

namespace offline_state {
namespace {

TEST_CASE("capabilities have a name for each combination, and no other name is taken") {
  testing::Provider provider;
  char answer[64];
  for (const char* name : {"none", "offline", "online", "both"}) {
    CHECK(ObeyProviderCommand(provider.mapi, (std::string("capabilities ") + name).c_str(), answer, sizeof answer) ==
          0);
    CHECK(NameOfCapabilities(provider.mapi.capabilities()) == name);
  }
  CHECK(provider.mapi.capabilities() == (MAPIOFFLINE_CAPABILITY_ONLINE | MAPIOFFLINE_CAPABILITY_OFFLINE));
  CHECK(ObeyProviderCommand(provider.mapi, "capabilities some", answer, sizeof answer) == 1);
  CHECK(std::strstr(answer, "\"some\"") != nullptr);
  CHECK(provider.mapi.capabilities() == 3);
}

TEST_CASE("an answer is cut to the room that there is, and a command that is none is refused") {
  testing::Provider provider;
  char answer[8] = "xxxxxxx";
  CHECK(ObeyProviderCommand(provider.mapi, "nonsense", answer, 4) == 1);
  CHECK(std::string(answer) == "The");
  CHECK(answer[4] == 'x');
  CHECK(ObeyProviderCommand(provider.mapi, nullptr, answer, sizeof answer) == 1);
  CHECK(ObeyProviderCommand(provider.mapi, "noise", nullptr, 0) == 0);
}

}  // namespace
}  // namespace offline_state
