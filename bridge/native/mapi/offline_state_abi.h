// The Offline State API of classic Outlook: own declarations of what Microsoft's MAPI reference documents, because no
// SDK header has them. Names, values and the order of the methods are the reference's.
//
// https://learn.microsoft.com/office/client-developer/outlook/mapi/about-the-offline-state-api
//
// A call may come on any thread. No exception may cross any of these functions.
#pragma once

#include <cstddef>

#include "mapi/com_types.h"

namespace offline_state {

// ---- Constants: https://learn.microsoft.com/office/client-developer/outlook/mapi/mapi-constants

inline constexpr ULONG MAPIOFFLINE_ADVISE_DEFAULT = 0;
inline constexpr ULONG MAPIOFFLINE_UNADVISE_DEFAULT = 0;
inline constexpr ULONG MAPIOFFLINE_ADVISE_TYPE_STATECHANGE = 1;

inline constexpr ULONG MAPIOFFLINE_CAPABILITY_OFFLINE = 0x1;  // notifies when Outlook goes offline
inline constexpr ULONG MAPIOFFLINE_CAPABILITY_ONLINE = 0x2;   // notifies when Outlook goes online

inline constexpr ULONG MAPIOFFLINE_FLAG_DEFAULT = 0x0;   // SetCurrentState returns before the change is complete
inline constexpr ULONG MAPIOFFLINE_FLAG_BLOCK = 0x2000;  // and only then; deadlocks within Notify

inline constexpr ULONG MAPIOFFLINE_STATE_OFFLINE = 0x1;
inline constexpr ULONG MAPIOFFLINE_STATE_ONLINE = 0x2;
inline constexpr ULONG MAPIOFFLINE_STATE_OFFLINE_MASK = 0x3;  // the bits for online and offline
inline constexpr ULONG MAPIOFFLINE_STATE_ALL = 0x003F037F;

inline constexpr HRESULT MAPI_E_NOT_FOUND = static_cast<HRESULT>(0x8004010FU);

// The underlying types are fixed, so that values of a later Outlook can be compared without undefined behaviour.
enum MAPIOFFLINE_CALLBACK_TYPE : ULONG { MAPIOFFLINE_CALLBACK_TYPE_NOTIFY = 0 };

enum MAPIOFFLINE_NOTIFY_TYPE : ULONG {
  MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_START = 1,  // a change is about to happen
  MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE = 2,        // it is happening
  MAPIOFFLINE_NOTIFY_TYPE_STATECHANGE_DONE = 3,   // it is complete
};

// {000672B5-0000-0000-C000-000000000046}
inline constexpr GUID kIidMapiOffline = {0x000672B5, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
// {42175607-FF3E-4790-BC18-66C8643E6424}
inline constexpr GUID kIidMapiOfflineMgr = {
    0x42175607, 0xFF3E, 0x4790, {0xBC, 0x18, 0x66, 0xC8, 0x64, 0x3E, 0x64, 0x24}};
// {0317BDE5-FC29-44CD-8DCD-36125A3BE9EC}
inline constexpr GUID kIidMapiOfflineNotify = {
    0x0317BDE5, 0xFC29, 0x44CD, {0x8D, 0xCD, 0x36, 0x12, 0x5A, 0x3B, 0xE9, 0xEC}};
// {00000000-0000-0000-C000-000000000046}; declared here, so that no library is needed for it
inline constexpr GUID kIidUnknown = {0x00000000, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
// {FBEFFD93-B11F-4094-842B-96DCD31E63D1}: GUID_GlobalState, the third argument of HrOpenOfflineObj
inline constexpr GUID kGuidGlobalState = {0xFBEFFD93, 0xB11F, 0x4094, {0x84, 0x2B, 0x96, 0xDC, 0xD3, 0x1E, 0x63, 0xD1}};

// ---- Structures

// https://learn.microsoft.com/office/client-developer/outlook/mapi/mapioffline_adviseinfo
struct MAPIOFFLINE_ADVISEINFO {
  ULONG ulSize;                            // bytes of this structure
  ULONG ulClientToken;                     // returned in each notification
  MAPIOFFLINE_CALLBACK_TYPE CallbackType;  // MAPIOFFLINE_CALLBACK_TYPE_NOTIFY
  IUnknown* pCallback;                     // implements IMAPIOfflineNotify
  ULONG ulAdviseTypes;                     // MAPIOFFLINE_ADVISE_TYPE_STATECHANGE
  ULONG ulStateMask;                       // MAPIOFFLINE_STATE_ALL
};

// https://learn.microsoft.com/office/client-developer/outlook/mapi/mapioffline_notify
struct MAPIOFFLINE_NOTIFY {
  ULONG ulSize;                        // bytes that the sender has filled
  MAPIOFFLINE_NOTIFY_TYPE NotifyType;  // only 1 to 3 are used; Outlook sends others too
  ULONG ulClientToken;
  union {
    struct {
      ULONG ulMask;  // the states are about online and offline only when this is MAPIOFFLINE_STATE_OFFLINE_MASK
      ULONG ulStateOld;
      ULONG ulStateNew;
    } StateChange;
  } Info;
};

static_assert(sizeof(ULONG) == 4 && sizeof(HRESULT) == 4 && sizeof(GUID) == 16, "as in the reference");
static_assert(sizeof(*LPCWSTR{}) == 2, "text is UTF-16");
static_assert(sizeof(MAPIOFFLINE_CALLBACK_TYPE) == 4 && sizeof(MAPIOFFLINE_NOTIFY_TYPE) == 4, "a C enum of the API");

// The pointer in the middle is what 32 and 64 bits lay out differently.
static_assert(sizeof(void*) == 4 || sizeof(void*) == 8, "no other width is documented");
static_assert(sizeof(MAPIOFFLINE_ADVISEINFO) == (sizeof(void*) == 8 ? 32 : 24), "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, ulSize) == 0, "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, ulClientToken) == 4, "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, CallbackType) == 8, "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, pCallback) == (sizeof(void*) == 8 ? 16 : 12), "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, ulAdviseTypes) == (sizeof(void*) == 8 ? 24 : 16), "ABI");
static_assert(offsetof(MAPIOFFLINE_ADVISEINFO, ulStateMask) == (sizeof(void*) == 8 ? 28 : 20), "ABI");

static_assert(sizeof(MAPIOFFLINE_NOTIFY) == 24, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, ulSize) == 0, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, NotifyType) == 4, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, ulClientToken) == 8, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, Info.StateChange.ulMask) == 12, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, Info.StateChange.ulStateOld) == 16, "ABI");
static_assert(offsetof(MAPIOFFLINE_NOTIFY, Info.StateChange.ulStateNew) == 20, "ABI");

// ---- Interfaces: the order of the methods is the vtable; no virtual destructor, which would add slots

// https://learn.microsoft.com/office/client-developer/outlook/mapi/imapioffline
struct IMAPIOffline : IUnknown {
  // Slot 3. Sets the bits of `state` that are in `mask`; `reserved` is null. S_OK, or E_PENDING while a change is under
  // way.
  virtual HRESULT STDMETHODCALLTYPE SetCurrentState(ULONG flags, ULONG mask, ULONG state, void* reserved) = 0;
  // Slot 4. The directions that are notified: MAPIOFFLINE_CAPABILITY_*, independent of each other.
  virtual HRESULT STDMETHODCALLTYPE GetCapabilities(ULONG* capabilities) = 0;
  // Slot 5. May carry more bits than MAPIOFFLINE_STATE_OFFLINE_MASK.
  virtual HRESULT STDMETHODCALLTYPE GetCurrentState(ULONG* state) = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder1() = 0;

 protected:
  ~IMAPIOffline() = default;
};

// https://learn.microsoft.com/office/client-developer/outlook/mapi/imapiofflinemgr
struct IMAPIOfflineMgr : IMAPIOffline {
  // Slot 7. Takes a reference of its own on info->pCallback. `flags` is MAPIOFFLINE_ADVISE_DEFAULT. S_OK, E_INVALIDARG
  // (a value that is not supported), E_NOINTERFACE (the callback is no IMAPIOfflineNotify). May notify before it
  // returns.
  virtual HRESULT STDMETHODCALLTYPE Advise(ULONG flags, MAPIOFFLINE_ADVISEINFO* info, ULONG* token) = 0;
  // Slot 8. Releases that reference; may wait for a notification in flight.
  virtual HRESULT STDMETHODCALLTYPE Unadvise(ULONG flags, ULONG token) = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder2() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder3() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder4() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder5() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder6() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder7() = 0;
  virtual HRESULT STDMETHODCALLTYPE Placeholder8() = 0;

 protected:
  ~IMAPIOfflineMgr() = default;
};

// https://learn.microsoft.com/office/client-developer/outlook/mapi/imapiofflinenotify
struct IMAPIOfflineNotify : IUnknown {
  // Slot 3. Any thread, any time up to Unadvise, also while Advise is still running.
  virtual void STDMETHODCALLTYPE Notify(const MAPIOFFLINE_NOTIFY* info) = 0;

 protected:
  ~IMAPIOfflineNotify() = default;
};

static_assert(sizeof(IMAPIOfflineMgr) == sizeof(void*) && sizeof(IMAPIOfflineNotify) == sizeof(void*), "one vtable");

// ---- The export: https://learn.microsoft.com/office/client-developer/outlook/mapi/hropenofflineobj

// `reserved` 0, `profile` UTF-16 and not null, `guid` &kGuidGlobalState, `reserved2` null.
// S_OK, or MAPI_E_NOT_FOUND, which any process other than Outlook gets.
using HrOpenOfflineObjFn = HRESULT(STDMETHODCALLTYPE*)(ULONG reserved, LPCWSTR profile, const GUID* guid,
                                                       const GUID* reserved2, IMAPIOfflineMgr** manager);

}  // namespace offline_state
