#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "channel/address.h"
#include "channel/home_hash.h"

namespace offline_state {
namespace {

// Sets a variable, or removes it, for as long as a test runs.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    Set(value);
  }
  ~Environment() { Set(before_ ? before_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void Set(const char* value) const {
    if (value == nullptr) {
      unsetenv(name_);
    } else {
      setenv(name_, value, 1);
    }
  }
  const char* const name_;
  std::optional<std::string> before_;
};

TEST_CASE("the home is the variable's, else the state folder's, else the user's own") {
  const Environment own("OUTLOOK_OFFLINE_STATE_HOME", "/own");
  const Environment state("XDG_STATE_HOME", "/state");
  const Environment user("HOME", "/user");
  CHECK(HomeFromEnvironment() == "/own");
  const Environment no_own("OUTLOOK_OFFLINE_STATE_HOME", nullptr);
  CHECK(HomeFromEnvironment() == "/state/outlook-offline-state");
  const Environment relative("XDG_STATE_HOME", "state");  // to be ignored, says its specification
  CHECK(HomeFromEnvironment() == "/user/.local/state/outlook-offline-state");
  const Environment no_user("HOME", nullptr);
  CHECK(HomeFromEnvironment().front() == '/');  // from the user's entry in the system's list
}

TEST_CASE("the agent's socket lies in the home, however the home is written") {
  CHECK(ChannelAddress("/a/b") == "/a/b/run/agent.sock");
  CHECK(ChannelAddress("/a//c/../b/") == "/a/b/run/agent.sock");
  CHECK(ChannelAddress("b") == (std::filesystem::current_path() / "b/run/agent.sock").string());
}

TEST_CASE("a home that is no path has no address") {
  CHECK_THROWS_AS(ChannelAddress(""), std::runtime_error);
  CHECK_THROWS_AS(ChannelAddress(std::string("/a\0b", 4)), std::runtime_error);
}

TEST_CASE("two homes have two suffixes, one home has one, and the default home has none") {
  const Environment state("XDG_STATE_HOME", "/state");
  CHECK(HomeSuffix("/state/outlook-offline-state").empty());
  CHECK(HomeSuffix("/state/x/../outlook-offline-state/").empty());
  CHECK(HomeSuffix("/a") == HomeSuffix("/b/../a/"));
  CHECK(HomeSuffix("/a") != HomeSuffix("/b"));
  CHECK(HomeSuffix("/a") == ".h-" + HomeHash("/a"));
}

TEST_CASE("a home's hash is FNV-1a with 64 bits, in hex") {
  CHECK(HomeHash("") == "cbf29ce484222325");
  CHECK(HomeHash("a") == "af63dc4c8601ec8c");
  CHECK(HomeHash("foobar") == "85944171f73967e8");
}

}  // namespace
}  // namespace offline_state
