// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { runBridge, readStartOptions, START_OPTIONS } from "../lib/bridge-command.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { sideloadWhenReady } from "../lib/sideload.mjs";

export default defineTask({
  summary: "Builds what is not up to date, and runs the bridge until Ctrl+C.",
  options: START_OPTIONS,
  async run({ options }, { handOver }) {
    const { port, simulated, args } = readStartOptions(options);
    await bootstrap();
    if (process.platform === "win32" && !simulated) void sideloadWhenReady(port);
    handOver();
    await runBridge(["start", ...args]);
    return undefined;
  },
});
