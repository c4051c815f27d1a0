#include "channel/windows/ready_event.h"

#include "channel/windows/security.h"
#include "core/windows/identity.h"
#include "core/windows/wide_text.h"

namespace offline_state {

UniqueHandle OpenReadyEvent(const std::string& data_directory) {
  OneUserSecurity security(OwnIdentity().user);
  const std::wstring name = WideText(ReadyEventName(data_directory));
  UniqueHandle event(CreateEventExW(security.get(), name.c_str(), 0, EVENT_MODIFY_STATE | SYNCHRONIZE));
  if (!event) throw LastError("CreateEventEx");
  return event;
}

}  // namespace offline_state
