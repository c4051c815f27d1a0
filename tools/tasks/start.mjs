// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { becomeBridge } from "../lib/bridge.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { sideloadWhenReady } from "../lib/sideload.mjs";
import { readStartOptions, START_OPTIONS } from "../lib/start-options.mjs";

export default defineTask({
  summary: "Builds what is missing, then runs the bridge until Ctrl+C.",
  options: START_OPTIONS,
  async run({ options }, { handOver }) {
    const { port, simulated, args } = readStartOptions(options);
    await bootstrap();
    if (process.platform === "win32" && !simulated) void sideloadWhenReady(port);
    handOver();
    await becomeBridge(["start", ...args]);
    return undefined;
  },
});
