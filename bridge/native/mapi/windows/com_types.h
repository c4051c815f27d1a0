// The COM types of Windows. Include mapi/com_types.h instead.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
// <unknwn.h> needs what <windows.h> has declared.
#include <unknwn.h>

namespace offline_state {

static_assert(sizeof(wchar_t) == sizeof(char16_t), "UTF-16 text is passed as it is");

// UTF-16 text in the form that the API takes.
inline LPCWSTR WideOf(const char16_t* text) noexcept { return reinterpret_cast<LPCWSTR>(text); }
inline const char16_t* Utf16Of(LPCWSTR text) noexcept { return reinterpret_cast<const char16_t*>(text); }

}  // namespace offline_state
