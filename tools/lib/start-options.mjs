// @ts-check
import { parseArgs } from "node:util";
import { Failure } from "./failure.mjs";

/** What `npm start --` takes; the bridge's own command line takes the same, and a test holds the two together. */
export const START_USAGE = `Usage: npm start -- [--port N] [--simulate] [--mapi <library>]
  --port N          port of the bridge, 1 to 65535 (default 38443)
  --simulate        use the simulated Outlook, also where there is a real one
  --mapi <library>  have the simulated Outlook load this MAPI provider`;

/**
 * Says what is wrong with the options at once, and not after minutes of building.
 * @param {readonly string[]} args
 * @returns {"start" | "help"}
 */
export function checkStartOptions(args) {
  const values = parse(args);
  if (values.help === true) return "help";
  const { port } = values;
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw new Failure(`--port ${port}: a port is a number from 1 to 65535.`, { remedy: START_USAGE });
  }
  return "start";
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
    const message = error instanceof Error ? error.message.split(". ")[0] : String(error);
    throw new Failure(`npm start: ${message}.`, { remedy: START_USAGE });
  }
}
