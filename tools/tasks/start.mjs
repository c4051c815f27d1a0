// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { becomeBridge } from "../lib/bridge.mjs";
import { checkStartOptions, START_USAGE } from "../lib/start-options.mjs";

/**
 * `npm start`: builds what is missing, then is the bridge.
 * @param {readonly string[]} args
 * @param {{ handOver: () => void }} task
 */
export default async function start(args, task) {
  if (checkStartOptions(args) === "help") {
    process.stdout.write(`${START_USAGE}\n`);
    return 0;
  }
  await bootstrap();
  task.handOver();
  await becomeBridge(["start", ...args]);
  return undefined;
}
