// @ts-check
// Reads which tests passed and failed from the report or the output of each kind of suite.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fromRoot } from "./paths.mjs";

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

/**
 * How many tests a chunk of output reports as finished. For progress only: lines that are split between chunks are not counted.
 * @type {Record<import("../suites.mjs").Suite["report"], (chunk: string) => number>}
 */
export const COUNTERS = {
  vitest: (chunk) => sumOf(chunk, /^ +[\u2713\u2714\u276f] .*\((\d+) tests?\b/gm),
  doctest: (chunk) => sumOf(chunk, /^\[doctest\] test cases: +(\d+)/gm),
  checks: () => 0,
};

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function sumOf(text, pattern) {
  return [...text.matchAll(pattern)].reduce((sum, match) => sum + Number(match[1]), 0);
}

/** @returns {Tally} */
function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] };
}

/**
 * Vitest's JSON report. A file that could not be loaded counts as one failure. The details of a failure (diff, source lines) are only
 * in the output.
 * @param {string} reportFile
 * @param {string} output
 */
function readVitest(reportFile, output) {
  if (!existsSync(reportFile)) return emptyTally();
  /** @typedef {{ status: string, ancestorTitles: string[], title: string, failureMessages: string[] | null }} Assertion */
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: Assertion[] }[] }} */
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  const tally = emptyTally();
  for (const file of report.testResults) {
    const name = path.relative(fromRoot(), file.name);
    for (const { status, ancestorTitles, title, failureMessages } of file.assertionResults) {
      const full = [name, ...ancestorTitles, title].join(" > ");
      if (status === "passed") tally.passed += 1;
      else if (status === "failed") fail(tally, full, blockOf(output, full) ?? (failureMessages ?? []).join("\n"));
      else tally.skipped += 1;
    }
    const hasFailure = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !hasFailure) fail(tally, name, blockOf(output, name) ?? file.message);
  }
  return tally;
}

/**
 * The block of a failure in vitest's output. Blocks are separated by rulers.
 * @param {string} output
 * @param {string} name
 */
function blockOf(output, name) {
  const block = output.split(/^.*\u23AF{5,}.*$/m).find((text) => text.includes(` FAIL `) && text.includes(name));
  return block?.replaceAll(/^ FAIL .*\n/gm, "").trim();
}

/**
 * doctest's summary lines, one per test program, and the blocks of failures between lines of "=".
 * @param {string} _reportFile
 * @param {string} output
 */
function readDoctest(_reportFile, output) {
  const tally = emptyTally();
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
 * The JSON list that `npm run lint` and other checks write.
 * @param {string} reportFile
 */
function readChecks(reportFile) {
  if (!existsSync(reportFile)) return emptyTally();
  /** @type {{ name: string, passed: boolean, output: string }[]} */
  const checks = JSON.parse(readFileSync(reportFile, "utf8"));
  const tally = emptyTally();
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
