// @ts-check
import process from "node:process";
import { Failure } from "../lib/failure.mjs";
import { runSuites } from "../lib/run-suites.mjs";
import { SUITES } from "../suites.mjs";

/**
 * `npm test [-- [--list] [suite...]]`: everything that is missing, then the suites. The last line is "N passed, N failed".
 * @param {readonly string[]} args
 */
export default async function test(args) {
  if (args.includes("--list")) {
    for (const { name, what } of SUITES) process.stdout.write(`${name.padEnd(14)} ${what}\n`);
    return 0;
  }
  return runSuites(chosen(args));
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
