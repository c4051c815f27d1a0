// The security descriptor of the pipe and the ready event. Windows only.
#pragma once

#include <string>

#include "core/windows/handle.h"

namespace offline_state {

// `user` (a SID) is the owner and the only entry of the DACL; the label is medium, so that an elevated Outlook and a
// normal bridge can still connect. No process of low integrity may write (NW), because clients ask the agent for
// readings, nor read (NR), because the channel names the profile: a sandboxed program of this user needs neither.
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
