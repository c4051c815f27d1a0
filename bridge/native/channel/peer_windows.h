// Who is at the other end of the pipe. Asked of Windows, never of the peer. Windows only.
#pragma once

#include <string>

#include "channel/handle_windows.h"
#include "channel/identity_windows.h"

namespace offline_state {

struct Peer {
  UniqueHandle process;  // to wait for its end; none when Windows would not open it
  DWORD id = 0;
  std::string distrust;  // empty: it is this user's Outlook. Else what is wrong, English, for a help desk
};

// Who serves `pipe` (the client's end): must be a process of `own.user`, in `own.session`, whose image is OUTLOOK.EXE.
// What cannot be found out is not believed.
Peer CheckServer(HANDLE pipe, const Identity& own);

// An OUTLOOK.EXE of this user and session, opened to wait for its end; without a process when none runs.
Peer FindOutlook(const Identity& own);

}  // namespace offline_state
