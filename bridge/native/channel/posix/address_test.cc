#include "channel/address.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "channel/directory_hash.h"

namespace offline_state {
namespace {

// Sets or removes a variable until the end of the scope.
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

TEST_CASE("DataDirectoryFromEnvironment: uses the variable, then XDG_STATE_HOME, then the user's home directory") {
  const Environment own("OUTLOOK_OFFLINE_STATE_HOME", "/own");
  const Environment state("XDG_STATE_HOME", "/state");
  const Environment user("HOME", "/user");
  CHECK(DataDirectoryFromEnvironment() == "/own");
  const Environment no_own("OUTLOOK_OFFLINE_STATE_HOME", nullptr);
  CHECK(DataDirectoryFromEnvironment() == "/state/outlook-offline-state");
  const Environment relative("XDG_STATE_HOME", "state");  // its specification requires it to be ignored
  CHECK(DataDirectoryFromEnvironment() == "/user/.local/state/outlook-offline-state");
  const Environment no_user("HOME", nullptr);
  CHECK(DataDirectoryFromEnvironment().front() == '/');  // from the user database
}

TEST_CASE("ChannelAddress: is the same for every spelling of the data directory") {
  CHECK(ChannelAddress("/a/b") == "/a/b/run/agent.sock");
  CHECK(ChannelAddress("/a//c/../b/") == "/a/b/run/agent.sock");
  CHECK(ChannelAddress("b") == (std::filesystem::current_path() / "b/run/agent.sock").string());
}

TEST_CASE("ChannelAddress: refuses an invalid path") {
  CHECK_THROWS_AS(ChannelAddress(""), std::runtime_error);
  CHECK_THROWS_AS(ChannelAddress(std::string("/a\0b", 4)), std::runtime_error);
}

TEST_CASE("DataDirectorySuffix: differs for each data directory, and is empty for the default one") {
  const Environment state("XDG_STATE_HOME", "/state");
  CHECK(DataDirectorySuffix("/state/outlook-offline-state").empty());
  CHECK(DataDirectorySuffix("/state/x/../outlook-offline-state/").empty());
  CHECK(DataDirectorySuffix("/a") == DataDirectorySuffix("/b/../a/"));
  CHECK(DataDirectorySuffix("/a") != DataDirectorySuffix("/b"));
  CHECK(DataDirectorySuffix("/a") == ".h-" + DirectoryHash("/a"));
}

TEST_CASE("DirectoryHash: is FNV-1a with 64 bits, in hex") {
  CHECK(DirectoryHash("") == "cbf29ce484222325");
  CHECK(DirectoryHash("a") == "af63dc4c8601ec8c");
  CHECK(DirectoryHash("foobar") == "85944171f73967e8");
}

}  // namespace
}  // namespace offline_state
