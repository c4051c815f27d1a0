// @ts-check
import { availableParallelism } from "node:os";
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { explain, Failure } from "../lib/failure.mjs";
import { say, seconds } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";
import { runSuite } from "../lib/run-suite.mjs";
import { SUITES } from "../suites.mjs";
import { GROUPS } from "../system-packages.mjs";

/** @typedef {import("../suites.mjs").Suite} Suite */
/** @typedef {import("../system-packages.mjs").GroupName} GroupName */

/**
 * `npm test [-- [--list] [suite...]]`: everything that is missing, then the suites. The last line is "N passed, N failed".
 * @param {readonly string[]} args
 */
export default async function test(args) {
  if (args.includes("--list")) {
    for (const { name, what } of SUITES) process.stdout.write(`${name.padEnd(12)} ${what}\n`);
    return 0;
  }
  const suites = chosen(args);
  const begin = performance.now();
  await bootstrap([]);
  const lacking = await ensureGroups(suites.flatMap(({ needs }) => needs));

  const total = { passed: 0, failed: 0 };
  /** @param {readonly Suite[]} some */
  const oneByOne = async (some) => {
    for (const suite of some) {
      const { passed, failed } = await result(suite, lacking);
      total.passed += passed;
      total.failed += failed;
    }
  };
  await Promise.all(lanes(suites).map(oneByOne));
  say("test", `all suites done in ${seconds(begin)}`);
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/**
 * What may run side by side.
 * @param {readonly Suite[]} suites
 * @returns {(readonly Suite[])[]}
 */
function lanes(suites) {
  if (availableParallelism() < 2) return [suites];
  const native = suites.filter(({ lane }) => lane === "native");
  return [native, suites.filter(({ lane }) => lane !== "native")];
}

/**
 * @param {Suite} suite
 * @param {Map<GroupName, string>} lacking
 * @returns {Promise<{ passed: number, failed: number }>}
 */
async function result(suite, lacking) {
  const absent = suite.needs.filter((need) => lacking.has(need));
  if (absent.length > 0) return { passed: 0, failed: couldNotRun(suite.name, absent, lacking) };
  return (await isBuilt(suite)) ? runSuite(suite) : { passed: 0, failed: 1 };
}

/**
 * What a suite needs to be built; a build that fails is told, and the suites that can do without it still run.
 * @param {Suite} suite
 */
async function isBuilt(suite) {
  try {
    await bootstrap(suite.builds);
    return true;
  } catch (error) {
    process.stderr.write(`${explain(error)}\n`);
    say(suite.name, "FAILED: what it tests could not be built");
    return false;
  }
}

/** @param {readonly string[]} names */
function chosen(names) {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = SUITES.map(({ name }) => name).join(", ");
    throw new Failure(`There is no suite ${unknown.join(", ")}.`, { remedy: `The suites are: ${known}.` });
  }
  return names.length === 0 ? SUITES : SUITES.filter(({ name }) => names.includes(name));
}

/**
 * A suite whose needs cannot be had has failed, but for one that only Debian can run, on another system, outside CI.
 * @param {string} name
 * @param {GroupName[]} absent
 * @param {Map<GroupName, string>} lacking
 * @returns {number} Failures to count.
 */
function couldNotRun(name, absent, lacking) {
  const reasons = absent.map((need) => lacking.get(need) ?? "").join("\n");
  /** @type {import("../system-packages.mjs").Group[]} */
  const groups = absent.map((need) => GROUPS[need]);
  const bearable =
    process.env["CI"] !== "true" &&
    process.platform !== "linux" &&
    groups.every(({ onlyDebian }) => onlyDebian === true);
  say(name, `${bearable ? "left out" : "FAILED"}: ${reasons}`);
  return bearable ? 0 : 1;
}
