// @ts-check
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { say } from "../lib/progress.mjs";

export default defineTask({
  summary:
    "Installs the npm packages and builds the native code, the bridge and the pane, as far as they are not up to date.",
  async run() {
    await bootstrap(undefined, { compileNative: true });
    say("build", "everything is up to date");
    return 0;
  },
});
