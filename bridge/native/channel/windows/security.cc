#include "channel/windows/security.h"

#include <sddl.h>

namespace offline_state {

OneUserSecurity::OneUserSecurity(const std::string& user) {
  // An explicit owner, because the default owner of an elevated process is the group of administrators, and the client
  // may have to identify the user by the owner (peer.cc).
  const std::string text = "O:" + user + "D:P(A;;GA;;;" + user + ")S:(ML;;NWNR;;;ME)";
  attributes_.nLength = sizeof(attributes_);
  attributes_.bInheritHandle = FALSE;
  if (ConvertStringSecurityDescriptorToSecurityDescriptorA(text.c_str(), SDDL_REVISION_1,
                                                           &attributes_.lpSecurityDescriptor, nullptr) == 0)
    throw LastError("ConvertStringSecurityDescriptorToSecurityDescriptor");
}

OneUserSecurity::~OneUserSecurity() { LocalFree(attributes_.lpSecurityDescriptor); }

}  // namespace offline_state
