// @ts-check
import process from "node:process";
import { checkClone } from "../lib/clone.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { runSuites } from "../lib/run-suites.mjs";
import { SUITES } from "../suites.mjs";

export default defineTask({
  summary: 'Installs and builds what is missing, and runs the test suites. The last line is "N passed, N failed".',
  args: "[suite...]",
  options: { list: { what: "list the suites" } },
  async run({ options, args }) {
    if (options.list === true) {
      for (const { name, what } of SUITES) process.stdout.write(`${name.padEnd(14)} ${what}\n`);
      return 0;
    }
    const suites = suitesNamed(args);
    // Suites write reports even if nothing has to be built.
    checkClone();
    return runSuites(suites);
  },
});

/** @param {readonly string[]} names */
function suitesNamed(names) {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = SUITES.map(({ name }) => name).join(", ");
    throw new UserError(`There is no suite named ${unknown.join(", ")}.`, { remedy: `The suites are: ${known}.` });
  }
  return names.length === 0 ? SUITES : SUITES.filter(({ name }) => names.includes(name));
}
