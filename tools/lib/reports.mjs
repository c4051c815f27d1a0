// @ts-check
// What passed and what failed, read from what each kind of suite leaves behind.
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
 * How many tests a piece of the output reports as finished: for the progress only, so that a line cut in two does not matter.
 * @type {Record<import("../suites.mjs").Suite["report"], (piece: string) => number>}
 */
export const COUNTERS = {
  vitest: (piece) => sumOf(piece, /^ +[\u2713\u2714\u276f] .*\((\d+) tests?\b/gm),
  doctest: (piece) => sumOf(piece, /^\[doctest\] test cases: +(\d+)/gm),
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
function nothing() {
  return { passed: 0, failed: 0, skipped: 0, failures: [] };
}

/**
 * Vitest's JSON. A file that could not even be loaded has no tests of its own, and counts as one failure. What a person has to know
 * of a failure (what differs, the lines around it) is in the output alone.
 * @param {string} reportFile
 * @param {string} output
 */
function readVitest(reportFile, output) {
  if (!existsSync(reportFile)) return nothing();
  /** @typedef {{ status: string, ancestorTitles: string[], title: string, failureMessages: string[] | null }} Assertion */
  /** @type {{ testResults: { name: string, status: string, message: string, assertionResults: Assertion[] }[] }} */
  const report = JSON.parse(readFileSync(reportFile, "utf8"));
  const tally = nothing();
  for (const file of report.testResults) {
    const name = path.relative(fromRoot(), file.name);
    for (const { status, ancestorTitles, title, failureMessages } of file.assertionResults) {
      const full = [name, ...ancestorTitles, title].join(" > ");
      if (status === "passed") tally.passed += 1;
      else if (status === "failed") fail(tally, full, blockOf(output, full) ?? (failureMessages ?? []).join("\n"));
      else tally.skipped += 1;
    }
    const told = file.assertionResults.some(({ status }) => status === "failed");
    if (file.status === "failed" && !told) fail(tally, name, blockOf(output, name) ?? file.message);
  }
  return tally;
}

/**
 * What vitest's own report says of one failure: the block under its name. Blocks end with a ruler.
 * @param {string} output
 * @param {string} name
 */
function blockOf(output, name) {
  const block = output.split(/^.*\u23AF{5,}.*$/m).find((text) => text.includes(` FAIL `) && text.includes(name));
  return block?.replaceAll(/^ FAIL .*\n/gm, "").trim();
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
