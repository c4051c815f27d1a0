// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { UserError } from "../lib/user-error.mjs";
import { say } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

const ROUNDS = 5;

export default defineTask({
  summary:
    "Runs the benchmarks and writes docs/performance.*. Without arguments: all cases, which takes about an hour.",
  args: "[case...]",
  options: {
    cases: { value: "N,N", what: "numbers of the cases to run" },
    rounds: { value: "N", what: `rounds per case (default ${ROUNDS})` },
    try: { what: "one short round; writes nothing" },
    page: { what: "run nothing; write the page again from the stored results" },
  },
  async run({ options, args }) {
    if (process.platform !== "linux") {
      throw new UserError("npm run bench works on Linux only.", { remedy: "Run it on Linux." });
    }
    const numbers = [...(options.cases?.split(",") ?? []), ...args].map(positiveInteger);
    const rounds = options.rounds === undefined ? ROUNDS : positiveInteger(options.rounds);
    await bootstrap();
    const { findCases, measure, rewrite } = await import("../../bench/run.mjs");
    if (options.page === true) {
      await rewrite();
      return 0;
    }
    const known = [...findCases().keys()];
    const unknown = numbers.filter((number) => !known.includes(number));
    if (unknown.length > 0) {
      throw new UserError(`There is no case ${unknown.join(", ")}.`, { remedy: `The cases are ${known.join(", ")}.` });
    }
    const missing = await ensureGroups(["compiler", "browser", "mingw", "wine"]);
    for (const problem of missing.values()) say("bench", problem);
    const isTrial = options.try === true;
    const failed = await measure(numbers.length === 0 ? known : numbers, {
      rounds: isTrial ? 1 : rounds,
      scale: isTrial ? 0.2 : 1,
      write: !isTrial,
      print: (line) => {
        say("bench", line);
      },
    });
    return failed === 0 ? 0 : 1;
  },
});

/** @param {string} text */
function positiveInteger(text) {
  if (!/^[1-9]\d*$/.test(text)) {
    throw new UserError(`npm run bench: "${text}" is not a number.`, {
      remedy: "Cases and rounds are whole numbers from 1: npm run bench -- --cases 1,8 --rounds 3",
    });
  }
  return Number(text);
}
