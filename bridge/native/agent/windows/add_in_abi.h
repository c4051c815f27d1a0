// The documented interface between Outlook and a COM add-in. mingw has no header for it, and Visual Studio generates
// one only where Office is installed. Windows only.
//
// https://learn.microsoft.com/dotnet/api/extensibility.idtextensibility2
#pragma once

#include "mapi/com_types.h"
// These need <windows.h>, which com_types.h includes.
#include <oaidl.h>
#include <ocidl.h>

namespace offline_state {

// {B65AD801-ABAF-11D0-BB8B-00A0C90F2744}
inline constexpr GUID kIidDtExtensibility2 = {
    0xB65AD801, 0xABAF, 0x11D0, {0xBB, 0x8B, 0x00, 0xA0, 0xC9, 0x0F, 0x27, 0x44}};
// {0006302C-0000-0000-C000-000000000046}: ApplicationEvents_11, the events of Outlook's Application
inline constexpr GUID kDiidApplicationEvents = {
    0x0006302C, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
// IID_IDispatch, IID_IClassFactory and IID_IConnectionPointContainer, defined here to avoid linking uuid.lib.
inline constexpr GUID kIidDispatch = {0x00020400, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
inline constexpr GUID kIidClassFactory = {0x00000001, 0x0000, 0x0000, {0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46}};
inline constexpr GUID kIidConnectionPointContainer = {
    0xB196B284, 0xBAB4, 0x101A, {0xB6, 0x9C, 0x00, 0xAA, 0x00, 0x34, 0x1D, 0x07}};

inline constexpr DISPID kDispidApplicationItemSend = 61442;
inline constexpr DISPID kDispidApplicationQuit = 61447;

// With a fixed underlying type, so that values of a later version of Outlook are no undefined behaviour.
enum ext_ConnectMode : int {
  ext_cm_AfterStartup = 0,  // the user enabled the add-in; OnStartupComplete is not called
  ext_cm_Startup = 1,       // Outlook is starting; its session is available from OnStartupComplete on
  ext_cm_External = 2,
  ext_cm_CommandLine = 3,
};
enum ext_DisconnectMode : int {
  ext_dm_HostShutdown = 0,
  ext_dm_UserClosed = 1,
};

struct IDTExtensibility2 : IDispatch {
  virtual HRESULT STDMETHODCALLTYPE OnConnection(IDispatch* application, ext_ConnectMode mode, IDispatch* add_in,
                                                 SAFEARRAY** custom) = 0;
  virtual HRESULT STDMETHODCALLTYPE OnDisconnection(ext_DisconnectMode mode, SAFEARRAY** custom) = 0;
  virtual HRESULT STDMETHODCALLTYPE OnAddInsUpdate(SAFEARRAY** custom) = 0;
  virtual HRESULT STDMETHODCALLTYPE OnStartupComplete(SAFEARRAY** custom) = 0;
  virtual HRESULT STDMETHODCALLTYPE OnBeginShutdown(SAFEARRAY** custom) = 0;

 protected:
  ~IDTExtensibility2() = default;
};

}  // namespace offline_state
