/** What Outlook's MAPI answers, by name (winerror.h; MAPI's own are listed in its reference, "MAPI Constants"). */

const NAMES: Readonly<Record<number, string>> = {
  0x8000000a: "E_PENDING, a change is under way",
  0x80004001: "E_NOTIMPL",
  0x80004002: "E_NOINTERFACE",
  0x80004005: "E_FAIL",
  0x8000ffff: "E_UNEXPECTED",
  0x80040102: "MAPI_E_NO_SUPPORT",
  0x80040106: "MAPI_E_UNKNOWN_FLAGS",
  0x80040108: "MAPI_E_INVALID_OBJECT",
  0x8004010b: "MAPI_E_BUSY",
  0x8004010e: "MAPI_E_NOT_ENOUGH_RESOURCES",
  0x8004010f: "MAPI_E_NOT_FOUND, this profile has no offline object",
  0x80040110: "MAPI_E_VERSION",
  0x80040111: "MAPI_E_LOGON_FAILED",
  0x80040115: "MAPI_E_NETWORK_ERROR",
  0x8004011d: "MAPI_E_FAILONEPROVIDER",
  0x80040154: "REGDB_E_CLASSNOTREG",
  0x80040604: "MAPI_E_NOT_INITIALIZED",
  0x80070005: "E_ACCESSDENIED",
  0x8007000e: "E_OUTOFMEMORY",
  0x80070057: "E_INVALIDARG",
  0x8001010e: "RPC_E_WRONG_THREAD",
  0x80010108: "RPC_E_DISCONNECTED",
};

/** `code`: as the feed tells it, "0x8004010F". Undefined when it has no name here, or already carries one. */
export function hresultName(code: string): string | undefined {
  const digits = /^0x([0-9a-f]{1,8})$/i.exec(code)?.[1];
  return digits === undefined ? undefined : NAMES[Number.parseInt(digits, 16)];
}
