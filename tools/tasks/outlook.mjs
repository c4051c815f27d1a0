// @ts-check
import { existsSync } from "node:fs";
import { runBridge } from "../lib/bridge-command.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { BRIDGE_ENTRY } from "../lib/paths.mjs";

export default defineTask({
  summary: "Controls the simulated Outlook of a running `npm start`.",
  args: "<command>",
  notes: `Commands:
  online, offline                   go online, go offline
  silent <state>                    go online or offline without a notification
  transition <step> <state>         send one notification of a change (start, statechange or done) to a state
  noise                             send notifications of other types
  capabilities <which>              notify only changes to these states: none, online, offline, both
  outbox <count>                    set the number of items in the Outbox
  connection <how>                  set the connection to Exchange: none, working-offline, disconnected, connected
  untick, tick                      disable the COM add-in, enable it again
  quit, exit, crash                 quit, quit fast, crash
  start                             start again
  state                             print the state`,
  async run({ args }, { handOver }) {
    // Nothing has to be built: a running simulator was built.
    if (!existsSync(BRIDGE_ENTRY))
      throw new UserError("The simulated Outlook is not running.", { remedy: "Start it: npm start" });
    handOver();
    await runBridge(["outlook", ...args]);
    return undefined;
  },
});
