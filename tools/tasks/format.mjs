// @ts-check
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { formatters } from "../lib/formatters.mjs";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";

export default defineTask({
  summary: "Formats every file with Prettier and clang-format.",
  async run() {
    await bootstrap([]);
    for (const { name, fix } of formatters()) {
      const { code, output } = await run(...fix);
      if (code !== 0)
        throw new UserError(`${name} failed.`, { output, remedy: "Fix the reported error and run the command again." });
    }
    return 0;
  },
});
