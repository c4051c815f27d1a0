import { DEFAULT_PORT } from "../../../shared/src/contract.js";
import type { Host } from "../office/host.js";

/** What a command does for the user: start the background program, or repair the installation. */
export type Action = "start" | "install";

/** What a command depends on. */
export interface CommandContext {
  readonly host: Host;
  /** Installed version, as far as it is known. */
  readonly version: string;
  /** Port of the pane's address (`location.port`); empty for 443. */
  readonly port: string;
}

const INSTALLATION = "%LOCALAPPDATA%\\OutlookOfflineState\\app";

/**
 * The command for an action. The installed program is not on the PATH, so in Outlook the command contains its full path and can be
 * pasted into Windows' Run dialog. Elsewhere it is the short command of the npm package.
 */
export function commandFor(action: Action, { host, version, port }: CommandContext): string {
  if (host !== "classic") return `outlook-offline-state ${action}`;
  // The .exe starts the background program without a window; `install` needs one for its output.
  const program = action === "start" ? "outlook-offline-state.exe" : "outlook-offline-state.cmd";
  const options = action === "start" && port !== String(DEFAULT_PORT) ? ` --port ${port === "" ? "443" : port}` : "";
  return `"${INSTALLATION}\\${version}\\${program}" ${action}${options}`;
}
