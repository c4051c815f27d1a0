// @ts-check
// Runs the bridge's command line from an npm script.
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { BRIDGE_ENTRY } from "./paths.mjs";
import { UserError } from "./user-error.mjs";

/** The options of `npm start` and `npm run dev`: those of the bridge's command `start`; a test compares the two. */
export const START_OPTIONS = {
  port: { value: "N", what: "port to listen on, 1 to 65535 (default 38443)" },
  simulate: { what: "use the simulated Outlook even if Outlook is installed" },
  mapi: { value: "<library>", what: "MAPI provider that the simulated Outlook loads" },
};

const DEFAULT_PORT = 38443;

/**
 * Validates the options before anything is built.
 * @param {import("./define-task.mjs").Values<typeof START_OPTIONS>} options
 * @returns {{ port: number, simulated: boolean, args: string[] }} `args`: for the bridge.
 */
export function readStartOptions({ port, simulate, mapi }) {
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw new UserError(`--port ${port}: a port is a number from 1 to 65535.`, {
      remedy: `For example: npm start -- --port ${DEFAULT_PORT}`,
    });
  }
  return {
    port: Number(port ?? DEFAULT_PORT),
    simulated: simulate === true || mapi !== undefined,
    args: [
      ...(port === undefined ? [] : ["--port", port]),
      ...(simulate === true ? ["--simulate"] : []),
      // npm runs scripts in the repository root; relative paths are relative to the user's folder.
      ...(mapi === undefined ? [] : ["--mapi", path.resolve(process.env["INIT_CWD"] ?? ".", mapi)]),
    ],
  };
}

/**
 * Runs the bridge's command line in this process, so that signals, exit code and output are the bridge's own.
 * @param {readonly string[]} args
 */
export async function runBridge(args) {
  process.argv = [process.execPath, BRIDGE_ENTRY, ...args];
  await import(pathToFileURL(BRIDGE_ENTRY).href);
}
