// @ts-check
import { writeFileSync } from "node:fs";
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { formatters } from "../lib/formatters.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say, seconds } from "../lib/progress.mjs";

/** @typedef {import("../lib/formatters.mjs").Command} Command */

export default defineTask({
  summary: "Runs all static checks: types, ESLint, formatting. A failed check does not stop the others.",
  options: { report: { value: "<file>", what: "write the results to this file as JSON instead of printing them" } },
  notes: "To fix the formatting: npm run format",
  async run({ options: { report: reportFile } }) {
    await bootstrap([]);
    const report = [];
    for (const { name, command } of checks()) {
      const begin = performance.now();
      const { code, output } = await run(...command);
      say("lint", `${name}: ${code === 0 ? "clean" : "FAILED"} in ${seconds(begin)}`);
      if (code !== 0 && reportFile === undefined) process.stderr.write(`${output.trimEnd()}\n`);
      report.push({ name, passed: code === 0, output });
    }
    if (reportFile !== undefined) writeFileSync(reportFile, JSON.stringify(report));
    return report.every(({ passed }) => passed) ? 0 : 1;
  },
});

/** @returns {{ name: string, command: Command }[]} */
function checks() {
  /** @type {(file: string, ...args: string[]) => Command} */
  const node = (file, ...args) => [process.execPath, [fromRoot("node_modules", file), ...args]];
  return [
    { name: "types", command: node("typescript/bin/tsc", "-b") },
    {
      name: "ESLint",
      command: node("eslint/bin/eslint.js", "--max-warnings=0", "--cache", "--cache-location=.cache/eslint/", "."),
    },
    ...formatters().map(({ name, check }) => ({ name, command: check })),
  ];
}
