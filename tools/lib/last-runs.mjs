// @ts-check
// How long each suite took when it last ran here, and how many tests it has: for the order of the suites and for their progress.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fromRoot } from "./paths.mjs";

/** @typedef {{ seconds: number, tests: number }} Run */

const FILE = ".cache/test/last-runs.json";

/** @returns {Record<string, Run>} */
function read() {
  const file = fromRoot(FILE);
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // Cut off by a power loss: it is a cache.
    return {};
  }
}

/**
 * @param {string} suite
 * @returns {Run | undefined} Nothing if it has not run in this clone.
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
