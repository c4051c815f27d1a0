// Checks which process is at the other end of the pipe, by asking Windows and never the peer. Windows only.
#pragma once

#include <string>

#include "core/windows/handle.h"
#include "core/windows/identity.h"

namespace offline_state {

struct Peer {
  UniqueHandle process;  // to wait for its end; none if Windows refused to open it
  DWORD id = 0;
  std::string rejection;  // why it is not accepted, in English, for a help desk; empty if it is this user's Outlook
};

// Checks the server of `pipe` (the client's end): it must be a process of `own.user`, in `own.session`, whose image is
// OUTLOOK.EXE. Fails closed.
Peer CheckServer(HANDLE pipe, const Identity& own);

// An OUTLOOK.EXE of this user and session, opened to wait for its end; without a process if none runs.
Peer FindOutlook(const Identity& own);

}  // namespace offline_state
