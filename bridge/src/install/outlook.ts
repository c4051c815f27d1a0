/** Which Outlook this machine and this user have, and whether it can show the pane. */
import { existsSync } from "node:fs";
import { OFFICE } from "./paths.js";
import { readNumber, readText, REG_BINARY, type Registry } from "./registry.js";
import type { OutlookProcess, WindowsFunctions } from "../../native/index.js";

const APP_PATHS = "Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE";
const CLICK_TO_RUN = "HKLM\\Software\\Microsoft\\Office\\ClickToRun\\Configuration";
const PROFILES = `HKCU\\${OFFICE}\\Outlook\\Profiles`;
/** Subkey of a profile with one key per account. */
const ACCOUNTS = "9375CFF0413111d3B88A00104B2A6676";

export interface ClassicOutlook {
  /** Of OUTLOOK.EXE. */
  readonly path: string;
  /** "16.0.17328.20184", or "" if unknown. */
  readonly version: string;
  readonly bits: "x64" | "x86" | "unknown";
}

export interface FoundOutlook {
  readonly classic: ClassicOutlook | undefined;
  /** This user has switched to the new Outlook, which has no COM add-ins. */
  readonly prefersNew: boolean;
  readonly running: readonly OutlookProcess[];
}

export type OutlookFunctions = Pick<WindowsFunctions, "runningOutlooks" | "fileVersion">;

export function findOutlook(registry: Registry, windows: OutlookFunctions): FoundOutlook {
  const path = executable(registry);
  return {
    classic:
      path === undefined ? undefined : { path, version: versionOf(registry, windows, path), bits: bitsOf(registry) },
    prefersNew: readNumber(registry, `HKCU\\${OFFICE}\\Outlook\\Preferences`, "UseNewOutlook") === 1,
    running: windows.runningOutlooks(),
  };
}

function executable(registry: Registry): string | undefined {
  for (const hive of ["HKCU", "HKLM"]) {
    const path = readText(registry, `${hive}\\${APP_PATHS}`, "")?.replace(/^"(.*)"$/, "$1");
    if (path !== undefined && existsSync(path)) return path;
  }
  return undefined;
}

function versionOf(registry: Registry, windows: OutlookFunctions, path: string): string {
  const version = windows.fileVersion(path);
  return version === "" ? (readText(registry, CLICK_TO_RUN, "VersionToReport") ?? "") : version;
}

/** A 32-bit Office on 64-bit Windows writes below WOW6432Node. */
function bitsOf(registry: Registry): ClassicOutlook["bits"] {
  const keys = [`HKLM\\${OFFICE}\\Outlook`, `HKLM\\Software\\WOW6432Node\\Microsoft\\Office\\16.0\\Outlook`];
  for (const key of keys) {
    const found = readText(registry, key, "Bitness");
    if (found === "x64" || found === "x86") return found;
  }
  const platform = readText(registry, CLICK_TO_RUN, "Platform");
  return platform === "x64" || platform === "x86" ? platform : "unknown";
}

/** By the class id of Outlook's account manager (the value "clsid" of an account's key). */
const ACCOUNT_KINDS: Readonly<Record<string, AccountKind>> = {
  "{ED475411-B0D6-11D2-8C3B-00104B2A6676}": "pop",
  "{ED475412-B0D6-11D2-8C3B-00104B2A6676}": "imap",
  "{ED475418-B0D6-11D2-8C3B-00104B2A6676}": "exchange",
};

export type AccountKind = "exchange" | "pop" | "imap";

/** Kinds of mail accounts by profile, without their names. Address books and unknown kinds are left out. */
export function accountKinds(registry: Registry): ReadonlyMap<string, readonly AccountKind[]> {
  const profiles = new Map<string, AccountKind[]>();
  for (const profile of registry.subkeys(PROFILES) ?? []) {
    const accounts = `${PROFILES}\\${profile}\\${ACCOUNTS}`;
    const kinds = (registry.subkeys(accounts) ?? []).flatMap((name) => {
      const kind = ACCOUNT_KINDS[classOf(registry, `${accounts}\\${name}`).toUpperCase()];
      return kind === undefined ? [] : [kind];
    });
    profiles.set(profile, kinds);
  }
  return profiles;
}

/** Some versions of Outlook store text, others UTF-16 bytes. */
function classOf(registry: Registry, key: string): string {
  const value = registry.read(key, "clsid");
  if (value?.type === REG_BINARY) return value.bytes.toString("utf16le").replace(/\0.*$/s, "");
  return readText(registry, key, "clsid") ?? "";
}

/** Outlook shows web add-ins only in profiles with an Exchange or Microsoft 365 account. "unknown": no known account was found. */
export function webAddInSupport(registry: Registry): "yes" | "no" | "unknown" {
  const kinds = [...accountKinds(registry).values()].flat();
  if (kinds.length === 0) return "unknown";
  return kinds.includes("exchange") ? "yes" : "no";
}
