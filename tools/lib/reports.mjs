// @ts-check
// What passed and what failed, read from what each kind of suite leaves behind.
import { existsSync, readFileSync } from "node:fs";

/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {number} skipped
 * @property {{ name: string, detail: string }[]} failures
 */

const DETAIL_LINES = 30;

/** @type {Record<import("../suites.mjs").Suite["report"], (reportFile: string, output: string) => Tally>} */
export const READERS = { vitest: readVitest, doctest: readDoctest, checks: readChecks };

/** @returns {Tally} */
function nothing() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] };
}

/**
 * Vitest's JSON. A file that could not even be loaded has no tests of its own, and counts as one failure.
 * @param {string} reportFile
 */
function readVitest(reportFile) {
  if (!existsSync(reportFile)) return nothing();
  /** @typedef {{ status: string, fullName: string, failureMessages: string[] | null }} Assertion */
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: Assertion[] }[] }} */
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  const tally = nothing();
  for (const file of report.testResults) {
    for (const { status, fullName, failureMessages } of file.assertionResults) {
      if (status === "passed") tally.passed += 1;
      else if (status === "failed") fail(tally, `${file.name}: ${fullName}`, (failureMessages ?? []).join("\n"));
      else tally.skipped += 1;
    }
    const told = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !told) fail(tally, file.name, file.message);
  }
  return tally;
}

/**
 * doctest's summary lines, one for each test program, and its failures' blocks between lines of "=".
 * @param {string} _reportFile
 * @param {string} output
 */
function readDoctest(_reportFile, output) {
  const tally = nothing();
  for (const line of output.matchAll(
    /^\[doctest\] test cases: +\d+ \| +(\d+) passed \| +(\d+) failed \| +(\d+) skipped/gm,
  )) {
    tally.passed += Number(line[1]);
    tally.failed += Number(line[2]);
    tally.skipped += Number(line[3]);
  }
  if (tally.failed > 0) {
    const blocks = output.split(/^={20,}$/m).filter((block) => block.includes("ERROR"));
    for (const block of blocks) {
      const name = /TEST CASE: +(.*)/.exec(block)?.[1] ?? "a test case";
      tally.failures.push({ name, detail: shortened(block.trim()) });
    }
  }
  return tally;
}

/**
 * The list that `npm run lint` writes.
 * @param {string} reportFile
 */
function readChecks(reportFile) {
  if (!existsSync(reportFile)) return nothing();
  /** @type {{ name: string, passed: boolean, output: string }[]} */
  const checks = JSON.parse(readFileSync(reportFile, "utf8"));
  const tally = nothing();
  for (const { name, passed, output } of checks) {
    if (passed) tally.passed += 1;
    else fail(tally, name, output);
  }
  return tally;
}

/**
 * @param {Tally} tally
 * @param {string} name
 * @param {string} detail
 */
function fail(tally, name, detail) {
  tally.failed += 1;
  tally.failures.push({ name, detail: shortened(detail) });
}

/** @param {string} text */
function shortened(text) {
  const lines = text.trimEnd().split("\n");
  return lines.length <= DETAIL_LINES ? lines.join("\n") : [...lines.slice(0, DETAIL_LINES), "..."].join("\n");
}
