// @ts-check
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { say } from "../lib/progress.mjs";

export default defineTask({
  summary: "Installs the packages and builds the native code, the bridge and the pane, whatever is not up to date.",
  async run() {
    await bootstrap(undefined, { compiles: true });
    say("build", "everything is up to date");
    return 0;
  },
});
