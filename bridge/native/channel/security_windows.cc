#include "channel/security_windows.h"

#include <sddl.h>

namespace offline_state {

OneUserSecurity::OneUserSecurity(const std::string& user) {
  // An explicit owner, because an elevated process's default owner is the group of administrators: the client may have
  // to tell the user by the owner (peer_windows.cc).
  const std::string text = "O:" + user + "D:P(A;;GA;;;" + user + ")S:(ML;;NWNR;;;ME)";
  attributes_.nLength = sizeof(attributes_);
  attributes_.bInheritHandle = FALSE;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text.c_str(), SDDL_REVISION_1,
                                                           &attributes_.lpSecurityDescriptor, nullptr) == 0)
    throw LastError("ConvertStringSecurityDescriptorToSecurityDescriptor");
}

OneUserSecurity::~OneUserSecurity() { LocalFree(attributes_.lpSecurityDescriptor); }

}  // namespace offline_state
