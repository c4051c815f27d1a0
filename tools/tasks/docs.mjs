// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { fromRoot } from "../lib/paths.mjs";

export default defineTask({
  summary: "Updates the generated parts of the documents.",
  async run() {
    await bootstrap([]);
    const vitest = fromRoot("node_modules/vitest/vitest.mjs");
    const args = [vitest, "run", "--project", "unit", "test/docs", "--update"];
    const { code } = await run(process.execPath, args, { cwd: fromRoot(), show: true });
    return code;
  },
});
