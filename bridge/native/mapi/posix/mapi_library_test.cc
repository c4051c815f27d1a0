#include "mapi/mapi_library.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <string>

namespace offline_state {
namespace {

bool IsFound(const std::string& path, std::string* error) { return FindHrOpenOfflineObj(path, error) != nullptr; }

TEST_CASE("FindHrOpenOfflineObj: returns an error that names the library and the reason, if one is wanted") {
  std::string error;
  CHECK_FALSE(IsFound("", &error));
  CHECK(error == "No MAPI library is given.");
  CHECK_FALSE(IsFound("/no/such/library.so", &error));
  CHECK(error.find("/no/such/library.so") != std::string::npos);
  CHECK_FALSE(IsFound("/no/such/library.so", nullptr));
}

TEST_CASE("FindHrOpenOfflineObj: refuses a library without the export") {
  Dl_info c_library{};
  REQUIRE(dladdr(reinterpret_cast<const void*>(&getppid), &c_library) != 0);
  std::string error;
  CHECK_FALSE(IsFound(c_library.dli_fname, &error));
  CHECK(error == std::string(c_library.dli_fname) +
                     " does not export HrOpenOfflineObj, so it is not a MAPI library of Outlook.");
}

}  // namespace
}  // namespace offline_state
