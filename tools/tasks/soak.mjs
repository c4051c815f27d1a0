// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";

const SECONDS = { s: 1, m: 60, h: 3600 };

export default defineTask({
  summary: "Runs the whole product with 50 panes, random changes and random faults, for 10 minutes by default.",
  args: "[90s | 10m | 1h]",
  async run({ args }) {
    const seconds = secondsOf(args);
    await bootstrap(["native", "typescript", "pane"]);
    const vitest = fromRoot("node_modules/vitest/vitest.mjs");
    const { code } = await run(process.execPath, [vitest, "run", "--project", "soak"], {
      cwd: fromRoot(),
      env: { ...process.env, SOAK_SECONDS: String(seconds) },
      show: true,
    });
    return code;
  },
});

/** @param {readonly string[]} args */
function secondsOf(args) {
  const [text = "10m", ...rest] = args;
  const [, count, unit] = /^(\d+)([smh])$/.exec(text) ?? [];
  if (count === undefined || rest.length > 0) {
    throw new UserError(`npm run soak: "${args.join(" ")}" is not a duration.`, {
      remedy: "Examples: 90s, 10m, 1h. Run: npm run soak -- 1h",
    });
  }
  return Math.max(30, Number(count) * SECONDS[/** @type {keyof typeof SECONDS} */ (unit)]);
}
