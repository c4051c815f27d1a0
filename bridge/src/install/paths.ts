/**
 * Where an installation is found: registry keys, files and ports. The names in the registry are published: after a change, what an
 * earlier version has written would stay behind.
 */
import { join } from "node:path";
import { DEFAULT_PORT } from "../../../shared/src/contract.js";
import type { DataDirectory } from "../data-directory.js";

export const PRODUCT = "Outlook Offline State";
export const DESCRIPTION = "Lets the Outlook Offline State pane show whether Outlook is online or offline.";
/** As in bridge/native/agent/windows/registration.h. */
export const CLASS_ID = "{579DAA6E-593B-4EAE-B217-DC2D9B4ACF6C}";
export const PROG_ID = "OutlookOfflineState.Agent";
/** LoadBehavior: connected, at start-up. */
export const LOAD_AT_STARTUP = 3;

export type Bits = "x64" | "x86";

const CLASSES = "HKCU\\Software\\Classes";

/**
 * Where COM looks for a class of this user. Windows redirects a 32-bit program to WOW6432Node.
 * https://learn.microsoft.com/windows/win32/winprog64/shared-registry-keys
 */
export const CLASS_KEY: Readonly<Record<Bits, string>> = {
  x64: `${CLASSES}\\CLSID\\${CLASS_ID}`,
  x86: `${CLASSES}\\WOW6432Node\\CLSID\\${CLASS_ID}`,
};
export const PROG_ID_KEY = `${CLASSES}\\${PROG_ID}`;

/** Add-ins of this user, for Outlook of every version and bitness. */
export const ADDIN_KEY = `HKCU\\Software\\Microsoft\\Office\\Outlook\\Addins\\${PROG_ID}`;

/** Outlook 2016 and newer, Microsoft 365 included. */
export const OFFICE = "Software\\Microsoft\\Office\\16.0";
export const RESILIENCY_KEY = `HKCU\\${OFFICE}\\Outlook\\Resiliency`;
export const POLICY_KEY = `HKCU\\Software\\Policies\\Microsoft\\Office\\16.0\\Outlook`;

export const RUN_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Run";
export const RUN_ONCE_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce";
export const RUN_NAME = "OutlookOfflineState";
/** The entry in "Apps" in Windows' settings. */
export const APPS_ENTRY_KEY = "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\OutlookOfflineState";

/** Written and removed by the MSI, with the value "Version" (tools/package/msi.mjs). */
export const MSI_KEY = "HKCU\\Software\\OutlookOfflineState";
/** Identifies every version of the MSI to Windows Installer (tools/package/msi.mjs). */
export const UPGRADE_CODE = "6F2C5B0E-54B1-4B49-9A3D-1E8A5E0C7D21";

/** Where office-addin-debugging --local registers a manifest for Outlook. */
const WEF_KEY = `HKCU\\${OFFICE}\\WEF`;
export const PROVIDERS_KEY = `${WEF_KEY}\\Providers`;
export const DISK_PROVIDER = "OutlookDiskProvider";
export const DEVELOPER_KEY = `${WEF_KEY}\\Developer`;

/** The ports that a bridge may use, the preferred one first. Documented in docs/deploy.md. */
export const LAST_PORT = 38462;
export const PORTS: readonly number[] = Array.from(
  { length: LAST_PORT - DEFAULT_PORT + 1 },
  (_, index) => DEFAULT_PORT + index,
);

// Files of a package, and of the installed copy of it.
export const MAIN = join("dist", "bridge", "src", "cli", "main.js");
export const NODE = "node.exe";
/** Starts the bridge without a window. */
export const LAUNCHER = "outlook-offline-state.exe";
/** The command for a terminal. */
export const COMMAND = "outlook-offline-state.cmd";
export const MANIFEST = "manifest.xml";
export const AGENT: Readonly<Record<Bits, string>> = {
  x64: join("dist", "windows", "x64", "offline-state-agent.dll"),
  x86: join("dist", "windows", "x86", "offline-state-agent.dll"),
};

/** Contains one folder per installed version. */
export function appsFolder(dataDirectory: DataDirectory): string {
  return join(dataDirectory.path, "app");
}

export function appFolder(dataDirectory: DataDirectory, version: string): string {
  return join(appsFolder(dataDirectory), version);
}

/** The manifest with the port of this user's bridge. */
export function manifestFile(dataDirectory: DataDirectory): string {
  return join(dataDirectory.path, "manifest", MANIFEST);
}

/** office-addin-debugging uses this as its folder for temporary files, and keeps Outlook's copy of the manifest in it. */
export function sideloadFolder(dataDirectory: DataDirectory): string {
  return join(dataDirectory.path, "sideload");
}

/** The folder from which Outlook reads manifests; its name is given by office-addin-debugging. */
export function diskManifestFolder(dataDirectory: DataDirectory): string {
  return join(sideloadFolder(dataDirectory), "OfficeAddinDebugging");
}
