// ULONG, HRESULT, LPCWSTR, GUID, IUnknown and STDMETHODCALLTYPE: those of Windows, or equivalents elsewhere.
// Use them within namespace offline_state, where both are visible.
#pragma once

#ifdef _WIN32
#include "mapi/windows/com_types.h"
#else
#include "mapi/posix/com_types.h"
#endif
