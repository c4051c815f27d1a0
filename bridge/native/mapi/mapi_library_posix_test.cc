#include <dlfcn.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

#include "mapi/mapi_library.h"

namespace offline_state {
namespace {

bool IsFound(const std::string& path, std::string* error) { return FindHrOpenOfflineObj(path, error) != nullptr; }

TEST_CASE("says which library it could not use, and why; that an error is wanted is not required") {
  std::string error;
  CHECK_FALSE(IsFound("", &error));
  CHECK(error == "No MAPI library was named.");
  CHECK_FALSE(IsFound("/no/such/library.so", &error));
  CHECK(error.find("/no/such/library.so") != std::string::npos);
  CHECK_FALSE(IsFound("/no/such/library.so", nullptr));
}

TEST_CASE("a library without the export is no MAPI library") {
  Dl_info c_library{};
  REQUIRE(dladdr(reinterpret_cast<const void*>(&getppid), &c_library) != 0);
  std::string error;
  CHECK_FALSE(IsFound(c_library.dli_fname, &error));
  CHECK(error ==
        std::string(c_library.dli_fname) + " does not export HrOpenOfflineObj: it is no MAPI library of Outlook's.");
}

}  // namespace
}  // namespace offline_state
