/** Which Outlook this machine and this user have. Reads the registry only; asks Windows for the rest through `setup`. */
import { existsSync } from "node:fs";
import { OFFICE } from "../install/names.js";
import { readNumber, readText, type Registry } from "../install/registry/registry.js";
import type { RunningOutlook, Setup } from "../install/windows/setup-module.js";

const APP_PATHS = "Software\\Microsoft\\Windows\\CurrentVersion\\App Paths\\OUTLOOK.EXE";
const CLICK_TO_RUN = "HKLM\\Software\\Microsoft\\Office\\ClickToRun\\Configuration";

export interface ClassicOutlook {
  /** Of OUTLOOK.EXE. */
  readonly path: string;
  /** "16.0.17328.20184", or "" when Windows does not say. */
  readonly version: string;
  readonly bits: "x64" | "x86" | "unknown";
}

export interface FoundOutlook {
  readonly classic: ClassicOutlook | undefined;
  /** This user has switched to the new Outlook, which has no add-ins of this kind. */
  readonly prefersNew: boolean;
  readonly running: readonly RunningOutlook[];
}

export type OutlookQuestions = Pick<Setup, "runningOutlooks" | "fileVersion">;

export function findOutlook(registry: Registry, setup: OutlookQuestions): FoundOutlook {
  const path = programOf(registry);
  return {
    classic:
      path === undefined ? undefined : { path, version: versionOf(registry, setup, path), bits: bitsOf(registry) },
    prefersNew: readNumber(registry, `HKCU\\${OFFICE}\\Outlook\\Preferences`, "UseNewOutlook") === 1,
    running: setup.runningOutlooks(),
  };
}

function programOf(registry: Registry): string | undefined {
  for (const hive of ["HKCU", "HKLM"]) {
    const path = readText(registry, `${hive}\\${APP_PATHS}`, "")?.replace(/^"(.*)"$/, "$1");
    if (path !== undefined && existsSync(path)) return path;
  }
  return undefined;
}

function versionOf(registry: Registry, setup: OutlookQuestions, path: string): string {
  const version = setup.fileVersion(path);
  return version === "" ? (readText(registry, CLICK_TO_RUN, "VersionToReport") ?? "") : version;
}

/** A 32-bit Office on a 64-bit Windows writes below WOW6432Node. */
function bitsOf(registry: Registry): ClassicOutlook["bits"] {
  const keys = [`HKLM\\${OFFICE}\\Outlook`, `HKLM\\Software\\WOW6432Node\\Microsoft\\Office\\16.0\\Outlook`];
  for (const key of keys) {
    const found = readText(registry, key, "Bitness");
    if (found === "x64" || found === "x86") return found;
  }
  const platform = readText(registry, CLICK_TO_RUN, "Platform");
  return platform === "x64" || platform === "x86" ? platform : "unknown";
}
