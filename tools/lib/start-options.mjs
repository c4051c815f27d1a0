// @ts-check
import path from "node:path";
import process from "node:process";
import { Failure } from "./failure.mjs";

/** What `npm start` and `npm run dev` take. The bridge's own command line takes the same; a test compares the two. */
export const START_OPTIONS = {
  port: { value: "N", what: "port of the bridge, 1 to 65535 (default 38443)" },
  simulate: { what: "use the simulated Outlook, also where there is a real one" },
  mapi: { value: "<library>", what: "have the simulated Outlook load this MAPI provider" },
};

const DEFAULT_PORT = 38443;

/**
 * Checks the values at once, and not after minutes of building.
 * @param {import("./define-task.mjs").Values<typeof START_OPTIONS>} options
 * @returns {{ port: number, simulated: boolean, args: string[] }} `args`: what to pass to the bridge.
 */
export function readStartOptions({ port, simulate, mapi }) {
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw new Failure(`--port ${port}: a port is a number from 1 to 65535.`, {
      remedy: `For example: npm start -- --port ${DEFAULT_PORT}`,
    });
  }
  return {
    port: Number(port ?? DEFAULT_PORT),
    simulated: simulate === true || mapi !== undefined,
    args: [
      ...(port === undefined ? [] : ["--port", port]),
      ...(simulate === true ? ["--simulate"] : []),
      // npm runs scripts in the package's folder: a relative path is meant from where the person is.
      ...(mapi === undefined ? [] : ["--mapi", path.resolve(process.env["INIT_CWD"] ?? ".", mapi)]),
    ],
  };
}
