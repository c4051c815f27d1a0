// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

export default defineTask({
  summary: "Builds the Windows binaries on Debian or Ubuntu. Without arguments: all, for x64 and x86.",
  args: "[x64 | x86 | file...]",
  options: { tests: { what: "also build the programs of the tests under Wine" } },
  async run({ options, args }) {
    await bootstrap([]);
    const missing = await ensureGroups(["mingw"]);
    for (const problem of missing.values()) throw new UserError(`npm run build:windows ${problem}`);
    const buildArgs = [...args, ...(options.tests === true ? ["--tests"] : [])];
    const { code } = await run(process.execPath, [fromRoot("tools/windows/build.mjs"), ...buildArgs], { show: true });
    return code;
  },
});
