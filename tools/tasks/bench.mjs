// @ts-check
import process from "node:process";
import { bootstrap } from "../lib/bootstrap.mjs";
import { Failure } from "../lib/failure.mjs";
import { say } from "../lib/progress.mjs";
import { ensureGroups } from "../lib/requirements.mjs";

const ROUNDS = 5;
const USAGE =
  "npm run bench -- [row...] [--rows N,N] [--rounds N] [--try]: --try takes one short round and writes nothing; --page writes the page anew.";

/**
 * `npm run bench`: measures the product, all rows or those that are named by number, and writes docs/performance.*.
 * @param {readonly string[]} args
 */
export default async function bench(args) {
  if (process.platform !== "linux") {
    throw new Failure("npm run bench counts with the means of Linux.", { remedy: "Run it on Linux." });
  }
  const { rows, rounds, trying, page } = parse(args);
  await bootstrap();
  const { measure, rewrite, rowsThere } = await import("../../bench/run.mjs");
  if (page) {
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
  const failed = await measure(rows.length === 0 ? [...there.keys()] : rows, {
    rounds: trying ? 1 : rounds,
    scale: trying ? 0.2 : 1,
    write: !trying,
    say: (line) => {
      say("bench", line);
    },
  });
  return failed === 0 ? 0 : 1;
}

/** @param {readonly string[]} args */
function parse(args) {
  const found = { rows: /** @type {number[]} */ ([]), rounds: ROUNDS, trying: false, page: false };
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    if (word === "--try") found.trying = true;
    else if (word === "--page") found.page = true;
    else if (word === "--rows") found.rows.push(...(args[(index += 1)] ?? "").split(",").map(whole));
    else if (word === "--rounds") found.rounds = whole(args[(index += 1)] ?? "");
    else found.rows.push(whole(word));
  }
  return found;
}

/** @param {string} word */
function whole(word) {
  if (!/^[1-9]\d*$/.test(word)) throw new Failure(`npm run bench: "${word}" is no number of a row.`, { remedy: USAGE });
  return Number(word);
}
