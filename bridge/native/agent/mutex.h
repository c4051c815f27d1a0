// What guards the hand-over. A type of our own, because of Windows: see mutex_windows.h.
#pragma once

#ifdef _WIN32
#include "agent/mutex_windows.h"
#else
#include "agent/mutex_posix.h"
#endif
