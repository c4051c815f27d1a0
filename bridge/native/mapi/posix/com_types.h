// The few COM types that the Offline State API needs, where there is no <windows.h>. Include mapi/com_types.h instead.
//
// A class with virtual functions, one base at most and no virtual destructor has the vtable of COM in the Itanium C++
// ABI too, so a MAPI provider can be written in any language.
#pragma once

#include <cstdint>
#include <cstring>

#define STDMETHODCALLTYPE  // an x86 Windows calling convention; elsewhere there is one convention only

namespace offline_state {

using ULONG = std::uint32_t;
using HRESULT = std::int32_t;
using LPCWSTR = const char16_t*;  // UTF-16, zero-terminated

struct GUID {
  std::uint32_t Data1;
  std::uint16_t Data2;
  std::uint16_t Data3;
  std::uint8_t Data4[8];
};
using IID = GUID;
using REFIID = const IID&;

inline bool operator==(const GUID& a, const GUID& b) noexcept { return std::memcmp(&a, &b, sizeof(GUID)) == 0; }
inline bool operator!=(const GUID& a, const GUID& b) noexcept { return !(a == b); }

struct IUnknown {
  virtual HRESULT STDMETHODCALLTYPE QueryInterface(REFIID iid, void** object) = 0;
  virtual ULONG STDMETHODCALLTYPE AddRef() = 0;
  virtual ULONG STDMETHODCALLTYPE Release() = 0;

 protected:
  ~IUnknown() = default;
};

inline constexpr HRESULT S_OK = 0;
inline constexpr HRESULT E_PENDING = static_cast<HRESULT>(0x8000000AU);
inline constexpr HRESULT E_NOTIMPL = static_cast<HRESULT>(0x80004001U);
inline constexpr HRESULT E_NOINTERFACE = static_cast<HRESULT>(0x80004002U);
inline constexpr HRESULT E_POINTER = static_cast<HRESULT>(0x80004003U);
inline constexpr HRESULT E_FAIL = static_cast<HRESULT>(0x80004005U);
inline constexpr HRESULT E_UNEXPECTED = static_cast<HRESULT>(0x8000FFFFU);
inline constexpr HRESULT E_ACCESSDENIED = static_cast<HRESULT>(0x80070005U);
inline constexpr HRESULT E_OUTOFMEMORY = static_cast<HRESULT>(0x8007000EU);
inline constexpr HRESULT E_INVALIDARG = static_cast<HRESULT>(0x80070057U);

constexpr bool SUCCEEDED(HRESULT result) noexcept { return result >= 0; }
constexpr bool FAILED(HRESULT result) noexcept { return result < 0; }

// UTF-16 text in the form that the API takes.
inline LPCWSTR WideOf(const char16_t* text) noexcept { return text; }
inline const char16_t* Utf16Of(LPCWSTR text) noexcept { return text; }

}  // namespace offline_state
