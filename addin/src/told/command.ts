import type { Host } from "../office/host.js";

/** What the person can have done by a command: start the bridge, or mend the installation. */
export type Deed = "start" | "install";

/** What a command has to fit to. */
export interface Place {
  readonly host: Host;
  /** Version of the bridge that is installed, as far as it is known. */
  readonly version: string;
  /** Port of the pane's own address; empty is the port of https. */
  readonly port: string;
}

/** The bridge listens here unless it is told another port. */
const DEFAULT_PORT = "38443";
const FOLDER = "%LOCALAPPDATA%\\OutlookOfflineState\\app";

/**
 * The command that does it. The installed product is on nobody's PATH: in Outlook the command names the program where the
 * installation has put it, so that it can be pasted into Windows' Run box as it is. Elsewhere it is the plain one, for who
 * has the product by npm.
 */
export function commandFor(deed: Deed, { host, version, port }: Place): string {
  if (host !== "classic") return `outlook-offline-state ${deed}`;
  // The launcher starts the bridge without a window; what `install` has to say wants one.
  const program = deed === "start" ? "outlook-offline-state.exe" : "outlook-offline-state.cmd";
  const options = deed === "start" && port !== DEFAULT_PORT ? ` --port ${port === "" ? "443" : port}` : "";
  return `"${FOLDER}\\${version}\\${program}" ${deed}${options}`;
}
