// @ts-check
// Runs suites in parallel: builds what they share once, starts the longest first, and sums up the results.
import { availableParallelism } from "node:os";
import process from "node:process";
import { BUILDS } from "./builds.mjs";
import { bootstrap } from "./bootstrap.mjs";
import { isInterrupted } from "./child.mjs";
import { explain } from "./user-error.mjs";
import { lastRun, runSuite } from "./run-suite.mjs";
import { say, seconds } from "./progress.mjs";
import { ensureGroups } from "./requirements.mjs";
import { GROUPS } from "../system-packages.mjs";

/** @typedef {import("../suites.mjs").Suite} Suite */
/** @typedef {import("../suites.mjs").BuildName} BuildName */
/** @typedef {import("../system-packages.mjs").GroupName} GroupName */
/** @typedef {{ passed: number, failed: number, finished: number }} Total */

/**
 * Prepares and runs the suites, and writes "N passed, N failed" as the last line of stdout, unless the run is interrupted.
 * @param {readonly Suite[]} suites
 * @returns {Promise<number>} Exit code.
 */
export async function runSuites(suites) {
  const begin = performance.now();
  await bootstrap([]);
  const missing = await ensureGroups(suites.flatMap(({ needs }) => needs));
  /** @type {Total} */
  const total = { passed: 0, failed: 0, finished: 0 };
  const cores = Math.max(1, availableParallelism());
  let isBuilding = true;
  const builds = buildInOrder(suites);
  void Promise.all(builds.values()).then(() => {
    isBuilding = false;
  });
  await schedule(suites, {
    // The builds use a core as well.
    capacity: () => Math.max(1, isBuilding ? cores - 1 : cores),
    readiness: (suite) => suite.builds.map((name) => builds.get(name) ?? Promise.resolve(true)),
    run: async (suite, isBuilt) => {
      const result = await resultOf(suite, missing, isBuilt);
      if (result === "interrupted") return;
      total.passed += result.passed;
      total.failed += result.failed;
      total.finished += 1;
    },
  });
  if (isInterrupted()) {
    const soFar = `so far ${total.passed} tests passed and ${total.failed} failed`;
    say("test", `interrupted after ${seconds(begin)}: ${total.finished} of ${suites.length} suites finished; ${soFar}`);
    return 130;
  }
  say("test", `${suites.length} suites in ${seconds(begin)}`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/**
 * Calls `run` for each suite when its promises have resolved: the longest first, as many at once as the cores allow. Suites with the
 * same `exclusive` resource never overlap.
 * @param {readonly Suite[]} suites
 * @param {{ capacity: () => number, readiness: (suite: Suite) => Promise<boolean>[], run: (suite: Suite, isReady: boolean) => Promise<void> }} options
 */
export async function schedule(suites, { capacity, readiness, run }) {
  const pending = [...suites].sort((a, b) => expectedSeconds(b) - expectedSeconds(a));
  /** @type {Map<Suite, boolean>} */
  const ready = new Map();
  /** @type {Set<Suite>} */
  const running = new Set();
  /** @type {() => void} */
  let changed = () => undefined;
  for (const suite of suites) {
    void Promise.all(readiness(suite)).then((results) => {
      ready.set(suite, results.every(Boolean));
      changed();
    });
  }
  const fits = (/** @type {Suite} */ suite) => {
    const load = [...running].reduce((sum, one) => sum + one.cores, 0);
    const isTaken = [...running].some(({ exclusive }) => exclusive !== undefined && exclusive === suite.exclusive);
    return !isTaken && (running.size === 0 || load + suite.cores <= capacity());
  };
  /** @param {Suite} suite */
  const start = async (suite) => {
    running.add(suite);
    await run(suite, ready.get(suite) === true);
    running.delete(suite);
    changed();
  };
  while (pending.length > 0 || running.size > 0) {
    const next = isInterrupted() ? undefined : pending.find((suite) => ready.has(suite) && fits(suite));
    if (next !== undefined) {
      pending.splice(pending.indexOf(next), 1);
      void start(next);
      continue;
    }
    if (isInterrupted() && running.size === 0) return;
    await new Promise((resolve) => {
      changed = () => {
        resolve(undefined);
      };
    });
  }
}

/** @param {Suite} suite */
function expectedSeconds(suite) {
  return lastRun(suite.name)?.seconds ?? suite.seconds;
}

/**
 * Runs the builds that the suites need, one after the other, because each uses all cores.
 * @param {readonly Suite[]} suites
 * @returns {Map<BuildName, Promise<boolean>>} Whether each build succeeded. A failed build is reported; suites that do not need it still run.
 */
function buildInOrder(suites) {
  const wanted = new Set(suites.flatMap(({ builds }) => builds));
  /** @type {Map<BuildName, Promise<boolean>>} */
  const results = new Map();
  /** @type {Promise<unknown>} */
  let previous = Promise.resolve();
  for (const name of /** @type {BuildName[]} */ (Object.keys(BUILDS)).filter((one) => wanted.has(one))) {
    const result = previous.then(async () => {
      if (isInterrupted()) return false;
      try {
        await bootstrap([name]);
        return true;
      } catch (error) {
        if (!isInterrupted()) process.stderr.write(`${explain(error)}\n`);
        return false;
      }
    });
    results.set(name, result);
    previous = result;
  }
  return results;
}

/**
 * @param {Suite} suite
 * @param {Map<GroupName, string>} missing
 * @param {boolean} isBuilt
 * @returns {Promise<{ passed: number, failed: number } | "interrupted">}
 */
async function resultOf(suite, missing, isBuilt) {
  if (isInterrupted()) return "interrupted";
  const absent = suite.needs.filter((need) => missing.has(need));
  if (absent.length > 0) return { passed: 0, failed: reportMissing(suite.name, absent, missing) };
  if (!isBuilt) {
    say(suite.name, "FAILED: the build failed (see above)");
    return { passed: 0, failed: 1 };
  }
  return runSuite(suite);
}

/**
 * Reports a suite that cannot run. It counts as failed, unless it runs only on Debian and this is another system outside CI.
 * @param {string} name
 * @param {GroupName[]} absent
 * @param {Map<GroupName, string>} missing
 * @returns {number} the number of failures
 */
function reportMissing(name, absent, missing) {
  const reasons = absent.map((need) => missing.get(need) ?? "").join("\n");
  /** @type {import("../system-packages.mjs").Group[]} */
  const groups = absent.map((need) => GROUPS[need]);
  const isSkipped =
    process.env["CI"] !== "true" &&
    process.platform !== "linux" &&
    groups.every(({ onlyDebian }) => onlyDebian === true);
  say(name, `${isSkipped ? "skipped" : "FAILED"}: ${reasons}`);
  return isSkipped ? 0 : 1;
}
