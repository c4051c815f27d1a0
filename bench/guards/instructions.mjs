#!/usr/bin/env node
// Counts what Notify, the channel's codec and the feed cost in instructions, under callgrind, and holds them against
// baselines.json: node bench/guards/instructions.mjs [--report <file>] [--keep]; --keep makes what is counted the
// baseline. Each is counted at two sizes; the difference is the cost of what was added, without the program's start.
import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parseArgs, promisify } from "node:util";
import { root } from "../../tools/native/sources.mjs";
import { built } from "../lib/build.mjs";

const BASELINES = join(import.meta.dirname, "baselines.json");
/** More than another compiler or a later Node of the same line changes, less than one more allocation or lookup. */
const TOLERANCE = { notify: 0.15, codec: 0.15, feed: 0.25 };

const { values } = parseArgs({ options: { report: { type: "string" }, keep: { type: "boolean", default: false } } });

/** Without the optimising compilers and with fixed seeds V8 does the same each time. */
const NODE_FLAGS = ["--jitless", "--single-threaded", "--predictable", "--hash-seed=1", "--random-seed=1"];

const guards = {
  notify: { sizes: [1000, 3000], command: async () => [await built("guard-notify")] },
  codec: { sizes: [1000, 3000], command: async () => [await built("guard-codec")] },
  feed: {
    sizes: [200, 1000],
    command: async () => [process.execPath, ...NODE_FLAGS, join(import.meta.dirname, "feed.mjs")],
  },
};

async function count(command) {
  // The same addresses each time, where the system lets us: where things lie decides how tables are searched.
  const fixed = canFixAddresses() ? ["setarch", "-R"] : [];
  const words = [...fixed, "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", ...command];
  const [program, ...args] = words;
  const { stderr } = await promisify(execFile)(program, args, { cwd: root, maxBuffer: 64 << 20 });
  const collected = /Collected : (\d+)/.exec(stderr);
  if (collected === null) throw new Error(`callgrind counted nothing: ${stderr}`);
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

const baselines = JSON.parse(readFileSync(BASELINES, "utf8"));
const report = [];
for (const [name, guard] of Object.entries(guards)) {
  const cost = await costOf(guard);
  const most = Math.round(baselines[name] * (1 + TOLERANCE[name]));
  const passed = cost <= most;
  const output = `${name}: ${cost} instructions each; the baseline is ${baselines[name]}, at most ${most} are allowed`;
  console.log(output);
  report.push({ name: `${name} takes no more instructions than its baseline allows`, passed, output });
  baselines[name] = cost;
}
if (values.keep) writeFileSync(BASELINES, `${JSON.stringify(baselines, undefined, 2)}\n`);
else if (!report.every(({ passed }) => passed)) process.exitCode = 1;
if (values.report !== undefined) writeFileSync(values.report, JSON.stringify(report));
