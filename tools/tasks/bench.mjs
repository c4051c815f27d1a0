// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { defineTask } from "../lib/define-task.mjs";
import { Failure } from "../lib/failure.mjs";
import { say } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

const ROUNDS = 5;

export default defineTask({
  summary: "Measures the product, all rows or those that are named by number, and writes docs/performance.*.",
  args: "[row...]",
  options: {
    rows: { value: "N,N", what: "the same rows as a list" },
    rounds: { value: "N", what: `rounds of each row (default ${ROUNDS})` },
    try: { what: "one short round; writes nothing" },
    page: { what: "measure nothing, rewrite the page" },
  },
  async run({ options, args }) {
    if (process.platform !== "linux") {
      throw new Failure("npm run bench works on Linux only.", { remedy: "Run it on Linux." });
    }
    const rows = [...(options.rows?.split(",") ?? []), ...args].map(whole);
    const rounds = options.rounds === undefined ? ROUNDS : whole(options.rounds);
    await bootstrap();
    const { measure, rewrite, rowsThere } = await import("../../bench/run.mjs");
    if (options.page === true) {
      await rewrite();
      return 0;
    }
    const there = rowsThere();
    const unknown = rows.filter((row) => !there.has(row));
    if (unknown.length > 0) {
      throw new Failure(`There is no row ${unknown.join(", ")}.`, {
        remedy: `The rows are ${[...there.keys()].join(", ")}.`,
      });
    }
    const lacking = await ensureGroups(["compiler", "browser", "mingw", "wine"]);
    for (const problem of lacking.values()) say("bench", problem);
    const trying = options.try === true;
    const failed = await measure(rows.length === 0 ? [...there.keys()] : rows, {
      rounds: trying ? 1 : rounds,
      scale: trying ? 0.2 : 1,
      write: !trying,
      say: (line) => {
        say("bench", line);
      },
    });
    return failed === 0 ? 0 : 1;
  },
});

/** @param {string} word */
function whole(word) {
  if (!/^[1-9]\d*$/.test(word)) {
    throw new Failure(`npm run bench: "${word}" is not a number.`, {
      remedy: "Rows and rounds are whole numbers from 1: npm run bench -- 1 8 --rounds 3",
    });
  }
  return Number(word);
}
