// Which user a process runs as. Windows only.
#pragma once

#include <string>

#include "core/windows/handle.h"

namespace offline_state {

struct Identity {
  std::string user;   // SID as text, "S-1-5-21-..."
  DWORD session = 0;  // terminal services session; one user may have several
};

// Of this process. Throws std::system_error.
Identity OwnIdentity();

// SID of the user whose token `process` (PROCESS_QUERY_LIMITED_INFORMATION) runs with; empty if it cannot be
// determined.
std::string UserOf(HANDLE process);

// SID of the owner of a kernel object opened with READ_CONTROL; empty if it cannot be determined.
std::string OwnerOf(HANDLE object);

// File name of the image of `process`, without its folder ("OUTLOOK.EXE"); empty if it cannot be determined.
std::wstring ImageOf(HANDLE process);

// Windows compares file names without case.
bool IsOutlook(const std::wstring& image) noexcept;

}  // namespace offline_state
