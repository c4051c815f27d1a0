#include "core/hresult_names.h"

#include <doctest/doctest.h>

#include "mapi/offline_state_abi.h"

namespace offline_state {
namespace {

TEST_CASE("DescribeHresult: returns name and number of a known code, and the number of an unknown one") {
  CHECK(DescribeHresult(MAPI_E_NOT_FOUND) == "MAPI_E_NOT_FOUND (0x8004010F)");
  CHECK(DescribeHresult(E_INVALIDARG) == "E_INVALIDARG (0x80070057)");
  CHECK(DescribeHresult(S_OK) == "S_OK (0x00000000)");
  CHECK(DescribeHresult(static_cast<HRESULT>(0x8004ABCDU)) == "0x8004ABCD");
  CHECK(NameOfHresult(static_cast<HRESULT>(0x8004ABCDU)) == nullptr);
}

}  // namespace
}  // namespace offline_state
