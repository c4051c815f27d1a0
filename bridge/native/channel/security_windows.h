// The security descriptor of what agent and bridge meet by. Windows only.
#pragma once

#include <string>

#include "channel/handle_windows.h"

namespace offline_state {

// Owner and only entry of the DACL is `user` (a SID); the label is medium, so that an elevated Outlook and a normal
// bridge still meet. No process of low integrity may write (NW), because clients ask the agent for readings, nor read
// (NR), because the channel names the profile: a sandboxed program of this user needs neither.
class OneUserSecurity {
 public:
  explicit OneUserSecurity(const std::string& user);  // throws std::system_error
  ~OneUserSecurity();
  OneUserSecurity(const OneUserSecurity&) = delete;
  OneUserSecurity& operator=(const OneUserSecurity&) = delete;

  SECURITY_ATTRIBUTES* get() noexcept { return &attributes_; }

 private:
  SECURITY_ATTRIBUTES attributes_{};
};

}  // namespace offline_state
