// @ts-check
import path from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { Failure } from "./failure.mjs";

/** What `npm start --` takes; the bridge's own command line takes the same, and a test holds the two together. */
export const START_USAGE = `Usage: npm start -- [--port N] [--simulate] [--mapi <library>]
  --port N          port of the bridge, 1 to 65535 (default 38443)
  --simulate        use the simulated Outlook, also where there is a real one
  --mapi <library>  have the simulated Outlook load this MAPI provider`;

const DEFAULT_PORT = 38443;

/**
 * Says what is wrong with the options at once, and not after minutes of building.
 * @param {readonly string[]} args
 * @returns {"help" | { port: number, simulated: boolean, args: string[] }} `args`: what to hand to the bridge.
 */
export function readStartOptions(args) {
  const { help, port, simulate, mapi } = parse(args);
  if (help === true) return "help";
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw new Failure(`--port ${port}: a port is a number from 1 to 65535.`, { remedy: START_USAGE });
  }
  return {
    port: Number(port ?? DEFAULT_PORT),
    simulated: simulate === true || mapi !== undefined,
    args: [
      ...(port === undefined ? [] : ["--port", port]),
      ...(simulate === true ? ["--simulate"] : []),
      // npm runs scripts in the package's folder: a relative path means the folder in which the person stands.
      ...(mapi === undefined ? [] : ["--mapi", path.resolve(process.env["INIT_CWD"] ?? ".", mapi)]),
    ],
  };
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: "string" },
        simulate: { type: "boolean" },
        mapi: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error);
    throw new Failure(`npm start: ${message.replace(/\.$/, "")}.`, { remedy: START_USAGE });
  }
}
