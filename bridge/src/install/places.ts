/** Where what we install lies. */
import { join } from "node:path";
import type { Home } from "../home/home.js";
import type { Bits } from "./names.js";

/** In a package, and in the installed copy of it. */
export const MAIN = join("dist", "bridge", "src", "cli", "main.js");
export const NODE = "node.exe";
/** Starts the bridge without a window. */
export const LAUNCHER = "outlook-offline-state.exe";
/** For a terminal. */
export const COMMAND = "outlook-offline-state.cmd";
export const MANIFEST = "manifest.xml";
export const PANE_FOLDER = join("dist", "pane");
export const AGENT: Readonly<Record<Bits, string>> = {
  x64: join("dist", "windows", "x64", "offline-state-agent.dll"),
  x86: join("dist", "windows", "x86", "offline-state-agent.dll"),
};

/** Holds a folder for each version that is installed. */
export function appsFolder(home: Home): string {
  return join(home.path, "app");
}

export function appFolder(home: Home, version: string): string {
  return join(appsFolder(home), version);
}

/** The manifest with this home's port in it. */
export function manifestFile(home: Home): string {
  return join(home.path, "manifest", MANIFEST);
}

/** What office-addin-debugging takes for the folder of temporary files: it keeps Outlook's copy of the manifest in it. */
export function sideloadFolder(home: Home): string {
  return join(home.path, "sideload");
}

/** The folder from which Outlook reads manifests; the library names it. */
export function diskManifestFolder(home: Home): string {
  return join(sideloadFolder(home), "OfficeAddinDebugging");
}
