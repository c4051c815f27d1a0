// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

export default defineTask({
  summary: "Builds everything for Windows, on Debian or Ubuntu. Without arguments: all of it, for x64 and x86.",
  args: "[x64 | x86 | file...]",
  options: { tests: { what: "also build what only the tests under Wine run" } },
  async run({ options, args }) {
    await bootstrap([]);
    const lacking = await ensureGroups(["mingw"]);
    for (const problem of lacking.values()) throw new Failure(`npm run build:windows ${problem}`);
    const words = [...args, ...(options.tests === true ? ["--tests"] : [])];
    const { code } = await run(process.execPath, [fromRoot("tools/windows/build.mjs"), ...words], { show: true });
    return code;
  },
});
