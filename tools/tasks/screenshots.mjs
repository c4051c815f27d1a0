// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

export default defineTask({
  summary: "Redraws the pictures of the pane in docs/images.",
  async run() {
    await bootstrap(["pane"]);
    const lacking = await ensureGroups(["browser", "pictures"]);
    for (const reason of lacking.values()) throw new Failure("The pictures cannot be made.", { remedy: reason });
    const args = [fromRoot("node_modules/vitest/vitest.mjs"), "run", "--project", "screenshots"];
    const { code } = await run(process.execPath, args, { cwd: fromRoot(), show: true });
    return code;
  },
});
