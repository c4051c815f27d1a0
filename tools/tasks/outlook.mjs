// @ts-check
import { existsSync } from "node:fs";
import { becomeBridge } from "../lib/bridge.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { BRIDGE_ENTRY } from "../lib/paths.mjs";

export default defineTask({
  summary: "Controls the simulated Outlook of the bridge that `npm start` runs.",
  args: "<command>",
  notes: `Commands:
  online, offline         go online, go offline
  noise                   send notifications of other types
  capabilities <which>    notify only these directions: none, online, offline, both
  untick, tick            disconnect the add-in, connect it again
  quit, exit, crash       end slowly, fast, or as a crash does
  start                   start again after quit, exit or crash
  state                   print the state`,
  async run({ args }, { handOver }) {
    // Builds nothing: what runs has been built.
    if (!existsSync(BRIDGE_ENTRY))
      throw new Failure("No simulated Outlook runs: nothing is built yet.", { remedy: "Start it first: npm start" });
    handOver();
    await becomeBridge(["outlook", ...args]);
    return undefined;
  },
});
