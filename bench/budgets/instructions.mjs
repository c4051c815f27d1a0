#!/usr/bin/env node
// Counts the instructions of Notify(), the frame codec and the feed with callgrind, and fails if one exceeds its budget in
// budgets.json: node bench/budgets/instructions.mjs [--report <file>] [--keep]. --keep stores the counts as the new budgets.
// Each is counted at two sizes; the difference excludes the start of the program.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs, promisify } from "node:util";
import { root } from "../../tools/native/sources.mjs";
import { built } from "../lib/build.mjs";

const BUDGETS = join(import.meta.dirname, "budgets.json");
/** More than a different compiler or Node.js patch changes, less than one more allocation or lookup. */
const TOLERANCE = { notify: 0.15, codec: 0.15, feed: 0.25 };

const { values } = parseArgs({ options: { report: { type: "string" }, keep: { type: "boolean", default: false } } });

/** Make V8 deterministic: no optimising compilers, fixed seeds. */
const NODE_FLAGS = ["--jitless", "--single-threaded", "--predictable", "--hash-seed=1", "--random-seed=1"];

const subjects = {
  notify: { sizes: [1000, 3000], command: async () => [await built("count-notify")] },
  codec: { sizes: [1000, 3000], command: async () => [await built("count-codec")] },
  feed: {
    sizes: [200, 1000],
    command: async () => [process.execPath, ...NODE_FLAGS, join(import.meta.dirname, "feed.mjs")],
  },
};

async function count(command) {
  // Fixed addresses where the system allows it: addresses influence hash tables.
  const prefix = canFixAddresses() ? ["setarch", "-R"] : [];
  const words = [...prefix, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", ...command];
  const [program, ...args] = words;
  const { stderr } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 64 << 20 });
  const collected = /Collected : (\d+)/.exec(stderr);
  if (collected === null) throw new Error(`callgrind reported no count: ${stderr}`);
  return Number(collected[1]);
}

function canFixAddresses() {
  try {
    execFileSync("setarch", ["-R", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

async function costOf({ sizes: [small, large], command }) {
  const words = await command();
  const [less, more] = await Promise.all([small, large].map((size) => count([...words, String(size)])));
  return Math.round((more - less) / (large - small));
}

const budgets = JSON.parse(readFileSync(BUDGETS, "utf8"));
const report = [];
for (const [name, subject] of Object.entries(subjects)) {
  const cost = await costOf(subject);
  const most = Math.round(budgets[name] * (1 + TOLERANCE[name]));
  const passed = cost <= most;
  const output = `${name}: ${cost} instructions per change; the budget is ${budgets[name]}, the limit ${most}`;
  console.log(output);
  report.push({ name: `${name} stays within its instruction budget`, passed, output });
  budgets[name] = cost;
}
if (values.keep) writeFileSync(BUDGETS, `${JSON.stringify(budgets, undefined, 2)}\n`);
else if (!report.every(({ passed }) => passed)) process.exitCode = 1;
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(report));
