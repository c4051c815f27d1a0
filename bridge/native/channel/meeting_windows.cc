#include "channel/meeting_windows.h"

#include "channel/identity_windows.h"
#include "channel/security_windows.h"
#include "channel/text_windows.h"

namespace offline_state {

UniqueHandle OpenMeeting(const std::string& home) {
  OneUserSecurity security(OwnIdentity().user);
  const std::wstring name = WideText(MeetingName(home));
  UniqueHandle event(CreateEventExW(security.get(), name.c_str(), 0, EVENT_MODIFY_STATE | SYNCHRONIZE));
  if (!event) throw LastError("CreateEventEx");
  return event;
}

}  // namespace offline_state
