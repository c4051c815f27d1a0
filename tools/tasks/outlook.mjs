// @ts-check
import { existsSync } from "node:fs";
import { becomeBridge } from "../lib/bridge.mjs";
import { Failure } from "../lib/failure.mjs";
import { BRIDGE_ENTRY } from "../lib/paths.mjs";

/**
 * `npm run outlook -- <command>`: tells the running simulated Outlook. Builds nothing: what runs has been built.
 * @param {readonly string[]} args
 * @param {{ handOver: () => void }} task
 */
export default async function outlook(args, task) {
  if (!existsSync(BRIDGE_ENTRY))
    throw new Failure("No simulated Outlook runs: nothing is built yet.", { remedy: "Start it first: npm start" });
  task.handOver();
  await becomeBridge(["outlook", ...args]);
  return undefined;
}
