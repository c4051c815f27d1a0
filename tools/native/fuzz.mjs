#!/usr/bin/env node
// @ts-check
// Fuzzes the channel protocol: node tools/native/fuzz.mjs [--seconds 60] [--keep] [--report <file>]
// The corpus is bridge/native/fuzz/corpus.txt, one base64 input per line. --keep adds new inputs, minimized to the same coverage.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { commandOf, compile, link, objectOf } from "./compile.mjs";
import { readSources, root } from "./sources.mjs";
import { variantOf } from "./toolchains.mjs";

const HARNESS = "bridge/native/fuzz/channel_fuzz.cc";
const CORPUS = join(root, "bridge/native/fuzz/corpus.txt");
const WORK = join(root, "build/fuzz/work");
// Larger inputs reach nothing new: the bridge rejects a channel after a few frames of at most 4 KB.
const MAX_KEPT_BYTES = 2048;
const LIMITS = ["-max_len=16384", "-timeout=5", "-rss_limit_mb=1024", "-malloc_limit_mb=64"];

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    keep: { type: "boolean", default: false },
    report: { type: "string" },
  },
});

async function main() {
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new Error(`--seconds must be a whole number from 1, not "${values.seconds}".`);
  const variant = variantOf("fuzz");
  variant.prepare?.();
  const binary = await build(variant);
  const command = [...variant.runner, binary];
  rmSync(WORK, { recursive: true, force: true });
  const findings = join(WORK, "findings");
  const corpus = join(WORK, "corpus");
  for (const folder of [findings, corpus]) mkdirSync(folder, { recursive: true });

  const kept = join(WORK, "kept");
  unpack(kept);

  const environment = { ...process.env, ...variant.environment };
  const jobs = Math.max(1, Math.min(4, availableParallelism() - 1));
  const runs = Array.from({ length: jobs }, (_, index) => {
    const options = [
      `-max_total_time=${seconds}`,
      `-artifact_prefix=${findings}/`,
      "-print_final_stats=1",
      `-seed=${(Date.now() % 1e6) + index}`,
    ];
    return execute(command, [...options, ...LIMITS, corpus, kept], environment);
  });
  const results = await Promise.all(runs);
  const failed = results.find(({ code }) => code !== 0);
  const executions = results.reduce(
    (sum, { output }) => sum + Number(/number_of_executed_units: (\d+)/.exec(output)?.[1] ?? 0),
    0,
  );
  const found = readdirSync(findings);
  console.log(`fuzz: ${executions} executions in ${seconds} s by ${jobs} processes, ${found.length} findings`);
  if (values.report !== undefined) {
    const name = "the channel decoder withstands fuzzing";
    writeFileSync(
      values.report,
      JSON.stringify([{ name, passed: failed === undefined, output: failed?.output ?? "" }]),
    );
  }
  if (failed !== undefined) {
    console.error(failed.output);
    throw new Error(`The failing input is in ${findings}. To reproduce: ${binary} <input>`);
  }
  if (values.keep) await keep(command, [corpus, kept], environment);
}

/** @param {import("./toolchains.mjs").Variant} variant */
async function build(variant) {
  const lists = readSources();
  const command = commandOf(variant, { warnings: lists.warning_flags });
  const sources = [HARNESS, ...lists.library_sources, ...lists.posix_sources];
  await compile(variant, sources, command);
  return join(
    root,
    await link(
      variant,
      "channel-fuzz",
      sources.map((source) => objectOf(variant, source)),
      command,
    ),
  );
}

/**
 * Reduces the corpus to the smallest set of inputs with the same coverage.
 * @param {readonly string[]} command
 * @param {readonly string[]} folders
 * @param {NodeJS.ProcessEnv} environment
 */
async function keep(command, folders, environment) {
  const merged = join(WORK, "merged");
  mkdirSync(merged);
  const limit = `-max_len=${MAX_KEPT_BYTES}`;
  const { code, output } = await execute(command, ["-merge=1", ...LIMITS, limit, merged, ...folders], environment);
  if (code !== 0) throw new Error(output);
  const inputs = readdirSync(merged).map((file) => readFileSync(join(merged, file)).toString("base64"));
  writeFileSync(CORPUS, `${inputs.sort().join("\n")}\n`);
  console.log(`fuzz: the corpus has ${inputs.length} inputs`);
}

/** @param {string} folder */
function unpack(folder) {
  mkdirSync(folder, { recursive: true });
  const lines = readFileSync(CORPUS, "utf8").trimEnd().split("\n");
  lines.forEach((line, index) => writeFileSync(join(folder, String(index)), Buffer.from(line, "base64")));
}

/**
 * @param {readonly string[]} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function execute([program = "", ...words], args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...words, ...args], { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text) => (output = (output + text).slice(-20_000)));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
