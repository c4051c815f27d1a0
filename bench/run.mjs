// Runs benchmark cases, and writes docs/performance.json, .md and .svg. A case that is run alone replaces only its own results.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { format, resolveConfig } from "prettier";
import { fromRoot } from "../tools/lib/paths.mjs";
import { endChildren } from "./lib/processes.mjs";
import { markdown, plot } from "./lib/report.mjs";

const CASES = join(import.meta.dirname, "cases");
const CASE_LIMIT_MS = 420_000;
const JSON_FILE = fromRoot("docs/performance.json");

/** The files of all cases, by number. */
export function findCases() {
  return new Map(
    readdirSync(CASES)
      .filter((file) => /^\d\d-.*\.mjs$/.test(file))
      .sort()
      .map((file) => [Number(file.slice(0, 2)), join(CASES, file)]),
  );
}

/**
 * @param {readonly number[]} numbers of the cases to run
 * @param {{ rounds: number, scale: number, write: boolean, print: (line: string) => void }} options `scale`: factor for the
 *   number of samples
 * @returns {Promise<number>} how many cases failed
 */
export async function measure(numbers, { rounds, scale, write, print }) {
  const files = findCases();
  const report = existsSync(JSON_FILE) ? JSON.parse(readFileSync(JSON_FILE, "utf8")) : { cases: {} };
  report.machine = machine();
  let failed = 0;
  for (const number of numbers) {
    const { title, method, run } = await import(files.get(number));
    const load = loadavg()[0];
    print(`case ${number}: ${title} (load ${load.toFixed(1)})`);
    const begin = performance.now();
    try {
      const { measures } = await withLimit(run({ rounds, scale }));
      const tookS = (performance.now() - begin) / 1000;
      const at = new Date().toISOString();
      report.cases[number] = { number, title, method, at, rounds, load: [load, loadavg()[0]], tookS, measures };
      for (const one of measures) print(`  ${lineOf(one)}`);
      if (write) await save(report);
    } catch (error) {
      failed += 1;
      endChildren();
      print(`  case ${number} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return failed;
}

/** Writes the page and the plot again from the stored results. */
export async function rewrite() {
  await save(JSON.parse(readFileSync(JSON_FILE, "utf8")));
}

/** @param {Promise<{ measures: object[] }>} work */
async function withLimit(work) {
  let timer;
  const timeout = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${CASE_LIMIT_MS / 1000} s`)), CASE_LIMIT_MS);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function save(report) {
  const write = async (file, text) => {
    const options = await resolveConfig(fromRoot("package.json"), { editorconfig: true });
    writeFileSync(fromRoot(file), await format(text, { ...options, filepath: file }));
  };
  await write("docs/performance.json", JSON.stringify(report));
  await write("docs/performance.md", markdown(report));
  writeFileSync(fromRoot("docs/performance.svg"), plot(report));
}

function lineOf(measure) {
  const { kind, name, unit, target } = measure;
  const verdict = measure.met === undefined ? "" : measure.met ? " - met" : " - MISSED";
  if (kind === "growth") return `${name}: ${measure.order} (exponent ${measure.exponent.toFixed(2)})`;
  if (kind === "fact") {
    const value = typeof measure.value === "number" ? Number(measure.value.toPrecision(4)) : measure.value;
    return `${name}: ${value} ${unit}${verdict}`;
  }
  const quantile = measure.at === 0.99 ? "p99" : "p50";
  const [product, baseline] = [measure.product, measure.baseline].map((side) => Number(side[quantile].toPrecision(3)));
  const relation = target?.atLeast === undefined ? "times" : "times faster than";
  return `${name}: ${measure.ratio.toFixed(2)} ${relation} ${measure.against} (${quantile}: ${product} and ${baseline} ${unit})${verdict}`;
}

/** What the results were measured on. */
function machine() {
  const firstLine = (file, args) => {
    try {
      return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
        .split("\n")[0]
        .trim();
    } catch {
      return `${file} not found`;
    }
  };
  const version = (name) => JSON.parse(readFileSync(fromRoot(`node_modules/${name}/package.json`), "utf8")).version;
  return {
    processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    compiler: firstLine(process.env.CXX ?? "g++", ["--version"]),
    chromium: firstLine(process.env.CHROMIUM ?? "chromium", ["--version"]),
    packages: ["ws", "express", "socket.io", "better-sse", "libsql"]
      .map((name) => `${name} ${version(name)}`)
      .join(", "),
  };
}
