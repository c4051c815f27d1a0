// @ts-check
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { lastRun, rememberRun } from "./last-runs.mjs";
import { fromRoot } from "./paths.mjs";
import { say, seconds } from "./progress.mjs";
import { COUNTERS, READERS } from "./reports.mjs";

const FOLDER = ".cache/test";
const PROGRESS_MS = 20_000;

/**
 * Runs one suite and shows what failed. Everything but a plain success counts as a failure: a crash, a time limit, no test at all, and
 * in CI a skipped test.
 * @param {import("../suites.mjs").Suite} suite
 * @returns {Promise<import("./reports.mjs").Tally | "interrupted">}
 */
export async function runSuite(suite) {
  const begin = performance.now();
  const reportFile = fromRoot(FOLDER, `${suite.name}.json`);
  const logFile = path.posix.join(FOLDER, `${suite.name}.log`);
  mkdirSync(fromRoot(FOLDER), { recursive: true });
  rmSync(reportFile, { force: true });

  const last = lastRun(suite.name);
  const expected = last === undefined ? `about ${suite.seconds} s on 2 cores` : `last run: ${last.seconds} s`;
  say(suite.name, `${suite.what} (${expected}) ...`);
  let tests = 0;
  const timer = setInterval(() => {
    const done = tests === 0 ? "running" : `${tests}${last === undefined ? "" : ` of ${last.tests}`} tests`;
    say(suite.name, `${done}, ${seconds(begin)} (${expected})`);
  }, PROGRESS_MS);
  const [program, args] = suite.command(reportFile);
  const { code, output, timedOut, interrupted } = await run(program, args, {
    limitMs: suite.limitSeconds * 1000,
    env: { ...process.env, NO_COLOR: "1", ...suite.env },
    onOutput: (piece) => {
      tests += COUNTERS[suite.report](piece);
    },
  });
  clearInterval(timer);
  writeFileSync(fromRoot(logFile), output);
  if (interrupted) {
    say(suite.name, `interrupted after ${seconds(begin)}`);
    return "interrupted";
  }

  const tally = READERS[suite.report](reportFile, output);
  const problem = problemOf(tally, { code, timedOut, limitSeconds: suite.limitSeconds });
  if (problem !== undefined) {
    tally.failed += 1;
    tally.failures.push({
      name: suite.name,
      detail: `${problem}\n${output.trimEnd().split("\n").slice(-30).join("\n")}`,
    });
  }
  // On Linux everything that a test may need can be installed; on other systems a few tests have nothing to look at.
  if (process.env["CI"] === "true" && process.platform === "linux" && tally.skipped > 0) {
    tally.failed += tally.skipped;
    tally.failures.push({ name: suite.name, detail: `${tally.skipped} skipped; in CI every test has to run.` });
  }
  print(suite.name, tally, seconds(begin), logFile);
  if (tally.failed === 0) {
    rememberRun(suite.name, { seconds: Math.round((performance.now() - begin) / 1000), tests: tally.passed });
  }
  return tally;
}

/**
 * What is wrong with the run as a whole, beside the failures that it has reported itself.
 * @param {import("./reports.mjs").Tally} tally
 * @param {{ code: number, timedOut: boolean, limitSeconds: number }} end
 * @returns {string | undefined}
 */
function problemOf(tally, end) {
  if (end.timedOut) return `It was ended after its limit of ${end.limitSeconds} s.`;
  if (end.code !== 0 && tally.failed === 0) return `It ended with exit code ${end.code} although no test failed.`;
  if (tally.passed + tally.failed === 0) return "It ran no test.";
  return undefined;
}

/**
 * @param {string} name
 * @param {import("./reports.mjs").Tally} tally
 * @param {string} time
 * @param {string} logFile
 */
function print(name, tally, time, logFile) {
  const skipped = tally.skipped > 0 ? `, ${tally.skipped} skipped` : "";
  for (const failure of tally.failures) {
    const detail = failure.detail.replaceAll(/^/gm, "      ");
    process.stderr.write(`\n    FAILED ${failure.name}\n${detail}\n`);
  }
  if (tally.failures.length > 0) process.stderr.write(`\n    All of its output: ${logFile}\n`);
  say(name, `${tally.passed} passed, ${tally.failed} failed${skipped} in ${time}`);
}
