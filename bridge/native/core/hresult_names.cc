#include "core/hresult_names.h"

#include <cstdio>

namespace offline_state {
namespace {

struct Name {
  std::uint32_t code;
  const char* name;
};

// winerror.h and https://learn.microsoft.com/office/client-developer/outlook/mapi/mapi-constants
constexpr Name kNames[] = {
    {0x00000000, "S_OK"},
    {0x00000001, "S_FALSE"},
    {0x8000000A, "E_PENDING"},
    {0x8000FFFF, "E_UNEXPECTED"},
    {0x80004001, "E_NOTIMPL"},
    {0x80004002, "E_NOINTERFACE"},
    {0x80004003, "E_POINTER"},
    {0x80004004, "E_ABORT"},
    {0x80004005, "E_FAIL"},
    {0x80040102, "MAPI_E_NO_SUPPORT"},
    {0x80040103, "MAPI_E_BAD_CHARWIDTH"},
    {0x80040105, "MAPI_E_STRING_TOO_LONG"},
    {0x80040106, "MAPI_E_UNKNOWN_FLAGS"},
    {0x80040107, "MAPI_E_INVALID_ENTRYID"},
    {0x80040108, "MAPI_E_INVALID_OBJECT"},
    {0x80040109, "MAPI_E_OBJECT_CHANGED"},
    {0x8004010A, "MAPI_E_OBJECT_DELETED"},
    {0x8004010B, "MAPI_E_BUSY"},
    {0x8004010D, "MAPI_E_NOT_ENOUGH_DISK"},
    {0x8004010E, "MAPI_E_NOT_ENOUGH_RESOURCES"},
    {0x8004010F, "MAPI_E_NOT_FOUND"},
    {0x80040110, "MAPI_E_VERSION"},
    {0x80040111, "MAPI_E_LOGON_FAILED"},
    {0x80040112, "MAPI_E_SESSION_LIMIT"},
    {0x80040113, "MAPI_E_USER_CANCEL"},
    {0x80040114, "MAPI_E_UNABLE_TO_ABORT"},
    {0x80040115, "MAPI_E_NETWORK_ERROR"},
    {0x80040116, "MAPI_E_DISK_ERROR"},
    {0x80040117, "MAPI_E_TOO_COMPLEX"},
    {0x8004011D, "MAPI_E_FAILONEPROVIDER"},
    {0x80040154, "REGDB_E_CLASSNOTREG"},
    {0x80040200, "MAPI_E_END_OF_SESSION"},
    {0x80040600, "MAPI_E_CORRUPT_STORE"},
    {0x80040604, "MAPI_E_NOT_INITIALIZED"},
    {0x80040605, "MAPI_E_NON_STANDARD"},
    {0x80070005, "E_ACCESSDENIED"},  // also MAPI_E_NO_ACCESS
    {0x80070006, "E_HANDLE"},
    {0x8007000E, "E_OUTOFMEMORY"},  // also MAPI_E_NOT_ENOUGH_MEMORY
    {0x80070057, "E_INVALIDARG"},   // also MAPI_E_INVALID_PARAMETER
    {0x8001010E, "RPC_E_WRONG_THREAD"},
    {0x80010108, "RPC_E_DISCONNECTED"},
    {0x800706BA, "RPC_S_SERVER_UNAVAILABLE"},
};

}  // namespace

const char* NameOfHresult(std::int32_t code) noexcept {
  for (const Name& entry : kNames) {
    if (entry.code == static_cast<std::uint32_t>(code)) return entry.name;
  }
  return nullptr;
}

std::string DescribeHresult(std::int32_t code) {
  char number[11];
  std::snprintf(number, sizeof number, "0x%08X", static_cast<unsigned>(code));
  const char* const name = NameOfHresult(code);
  return name == nullptr ? std::string(number) : std::string(name) + " (" + number + ")";
}

}  // namespace offline_state
