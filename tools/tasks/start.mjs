// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { becomeBridge } from "../lib/bridge.mjs";
import { sideloadWhenReady } from "../lib/sideload.mjs";
import { readStartOptions, START_USAGE } from "../lib/start-options.mjs";

/**
 * `npm start`: builds what is missing, then is the bridge.
 * @param {readonly string[]} args
 * @param {{ handOver: () => void }} task
 */
export default async function start(args, task) {
  const options = readStartOptions(args);
  if (options === "help") {
    process.stdout.write(`${START_USAGE}\n`);
    return 0;
  }
  await bootstrap();
  if (process.platform === "win32" && !options.simulated) void sideloadWhenReady(options.port);
  task.handOver();
  await becomeBridge(["start", ...options.args]);
  return undefined;
}
