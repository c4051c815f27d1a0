// ULONG, HRESULT, LPCWSTR, GUID, IUnknown and STDMETHODCALLTYPE: Windows' own, or their like where there is no Windows.
// Name them from within namespace offline_state, where both are visible.
#pragma once

#ifdef _WIN32
#include "mapi/com_types_windows.h"
#else
#include "mapi/com_types_posix.h"
#endif
