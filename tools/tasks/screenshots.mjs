// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

export default defineTask({
  summary: "Takes the screenshots of the pane in docs/images.",
  async run() {
    await bootstrap(["pane"]);
    const missing = await ensureGroups(["browser", "images"]);
    for (const reason of missing.values())
      throw new UserError("The screenshots cannot be taken.", { remedy: `npm run screenshots ${reason}` });
    const args = [fromRoot("node_modules/vitest/vitest.mjs"), "run", "--project", "screenshots"];
    const { code } = await run(process.execPath, args, { cwd: fromRoot(), show: true });
    return code;
  },
});
