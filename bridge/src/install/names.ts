/** The names under which we are known to Windows and Outlook. Published: a change would leave the old ones behind. */

export const PRODUCT = "Outlook Offline State";
export const DESCRIPTION = "Tells the Outlook Offline State task pane whether Outlook is online or offline.";
/** As in bridge/native/agent/com/class_id_windows.h. */
export const CLASS_ID = "{579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}";
export const PROG_ID = "OutlookOfflineState.Agent";
/** LoadBehavior: connected, at start-up. */
export const LOAD_AT_STARTUP = 3;

export type Bits = "x64" | "x86";

const CLASSES = "HKCU\\Software\\Classes";

/**
 * Where COM looks for a class of this user. A 32-bit program is shown WOW6432Node in its place.
 * https://learn.microsoft.com/windows/win32/winprog64/shared-registry-keys
 */
export const CLASS_KEY: Readonly<Record<Bits, string>> = {
  x64: `${CLASSES}\\CLSID\\${CLASS_ID}`,
  x86: `${CLASSES}\\WOW6432Node\\CLSID\\${CLASS_ID}`,
};
export const PROG_ID_KEY = `${CLASSES}\\${PROG_ID}`;

/** Add-ins of this user; Outlook of every version and bitness reads it. */
export const ADDIN_KEY = `HKCU\\Software\\Microsoft\\Office\\Outlook\\Addins\\${PROG_ID}`;

/** Of Outlook 2016 to today, Microsoft 365 included. */
export const OFFICE = "Software\\Microsoft\\Office\\16.0";
export const RESILIENCY_KEY = `HKCU\\${OFFICE}\\Outlook\\Resiliency`;
export const POLICY_KEY = `HKCU\\Software\\Policies\\Microsoft\\Office\\16.0\\Outlook`;

export const RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run";
export const RUN_ONCE_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce";
export const RUN_NAME = "OutlookOfflineState";
/** "Apps" in Windows' settings. */
export const ENTRY_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\OutlookOfflineState";

/** What the MSI leaves to be found by, its value "Version"; Windows Installer removes it (tools/package/wix.mjs). */
export const MSI_KEY = "HKCU\\Software\\OutlookOfflineState";
/** By which Windows Installer knows every version of the MSI (tools/package/wix.mjs). */
export const UPGRADE_CODE = "6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21";

/** Where office-addin-debugging --local puts what Outlook reads. */
export const WEF_KEY = `HKCU\\${OFFICE}\\WEF`;
export const PROVIDERS_KEY = `${WEF_KEY}\\Providers`;
export const DISK_PROVIDER = "OutlookDiskProvider";
export const DEVELOPER_KEY = `${WEF_KEY}\\Developer`;

/** The ports that a bridge may take, the one of choice first. Documented in docs/deploy.md. */
export const FIRST_PORT = 38443;
export const LAST_PORT = 38462;
export const PORTS: readonly number[] = Array.from({ length: LAST_PORT - FIRST_PORT + 1 }, (_, i) => FIRST_PORT + i);
