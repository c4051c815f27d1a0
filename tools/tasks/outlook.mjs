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
  online, offline                   go online, go offline
  silent <state>                    go online or offline without a notification
  transition <step> <state>         send one notification of a change: start, statechange or done; online or offline
  noise                             send notifications of other types
  capabilities <which>              notify only these directions: none, online, offline, both
  outbox <count>                    have that many items in the Outbox
  connection <how>                  to Exchange: none, working-offline, disconnected, connected
  untick, tick                      disconnect the add-in, connect it again
  quit, exit, crash                 end slowly, fast, or as a crash does
  start                             start again after quit, exit or crash
  state                             print the state`,
  async run({ args }, { handOver }) {
    // Builds nothing: what runs has been built.
    if (!existsSync(BRIDGE_ENTRY))
      throw new Failure("No simulated Outlook runs: nothing is built yet.", { remedy: "Start it first: npm start" });
    handOver();
    await becomeBridge(["outlook", ...args]);
    return undefined;
  },
});
