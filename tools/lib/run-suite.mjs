// @ts-check
// Runs one suite, and stores how long it took: for the order of the suites and for their progress.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { fromRoot } from "./paths.mjs";
import { say, seconds } from "./progress.mjs";
import { COUNTERS, READERS } from "./reports.mjs";

const FOLDER = ".cache/test";
const PROGRESS_MS = 20_000;

/**
 * Runs one suite and prints its failures. Crashes, timeouts, an empty run and, in CI, skipped tests count as failures.
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
  const expected = last === undefined ? `about ${suite.seconds} s` : `last run: ${last.seconds} s`;
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
    onOutput: (chunk) => {
      tests += COUNTERS[suite.report](chunk);
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
  // On Linux everything that a test needs can be installed. On other systems some tests do not apply.
  if (process.env["CI"] === "true" && process.platform === "linux" && tally.skipped > 0) {
    tally.failed += tally.skipped;
    tally.failures.push({
      name: suite.name,
      detail: `${tally.skipped} tests were skipped. In CI every test must run.`,
    });
  }
  print(suite.name, tally, seconds(begin), logFile);
  if (tally.failed === 0) {
    rememberRun(suite.name, { seconds: Math.round((performance.now() - begin) / 1000), tests: tally.passed });
  }
  return tally;
}

/**
 * A problem of the run as a whole, besides the failures that it reported.
 * @param {import("./reports.mjs").Tally} tally
 * @param {{ code: number, timedOut: boolean, limitSeconds: number }} end
 * @returns {string | undefined}
 */
function problemOf(tally, end) {
  if (end.timedOut) return `Stopped at the limit of ${end.limitSeconds} s.`;
  if (end.code !== 0 && tally.failed === 0) return `Exit code ${end.code}, although no test failed.`;
  if (tally.passed + tally.failed === 0) return "No test ran.";
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
  if (tally.failures.length > 0) process.stderr.write(`\n    Full output: ${logFile}\n`);
  say(name, `${tally.passed} passed, ${tally.failed} failed${skipped} in ${time}`);
}

/** @typedef {{ seconds: number, tests: number }} Run */

const FILE = ".cache/test/last-runs.json";

/** @returns {Record<string, Run>} */
function read() {
  const file = fromRoot(FILE);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Damaged, for example by a power failure; it is only a cache.
    return {};
  }
}

/**
 * @param {string} suite
 * @returns {Run | undefined} Undefined if it has not run in this clone.
 */
export function lastRun(suite) {
  return read()[suite];
}

/**
 * @param {string} suite
 * @param {Run} run
 */
export function rememberRun(suite, run) {
  const file = fromRoot(FILE);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ ...read(), [suite]: run }, undefined, 2)}\n`);
}
