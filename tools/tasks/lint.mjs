// @ts-check
import { writeFileSync } from "node:fs";
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { formatters } from "../lib/formatters.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { say, seconds } from "../lib/progress.mjs";

/** @typedef {import("../lib/formatters.mjs").Command} Command */

/**
 * `npm run lint [-- --report <file>]`: every check that needs no running program, all of them even when one fails.
 * @param {readonly string[]} args
 */
export default async function lint(args) {
  const reportFile = reportOf(args);
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
}

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

/** @param {readonly string[]} args */
function reportOf(args) {
  const [option, file, ...rest] = args;
  if (option === undefined) return undefined;
  if (option === "--report" && file !== undefined && rest.length === 0) return file;
  throw new Failure(`npm run lint: unknown option ${args.join(" ")}.`, {
    remedy: "`npm run format` mends what can be mended.",
  });
}
