// Runs the rows that are wanted, and writes docs/performance.json, .md and .svg. A row that is run alone takes its place
// among the others' last results; each says when and under which load it was measured.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { fromRoot } from "../tools/lib/paths.mjs";
import { endChildren } from "./lib/child.mjs";
import { machine } from "./lib/machine.mjs";
import { markdown } from "./lib/page.mjs";
import { plot } from "./lib/plot.mjs";

const ROWS = join(import.meta.dirname, "rows");
/** A row that hangs must not keep the others from being measured. */
const ROW_LIMIT_MS = 420_000;
const JSON_FILE = fromRoot("docs/performance.json");

/** Every row by its number. */
export function rowsThere() {
  return new Map(
    readdirSync(ROWS)
      .filter((file) => /^\d\d-.*\.mjs$/.test(file))
      .sort()
      .map((file) => [Number(file.slice(0, 2)), join(ROWS, file)]),
  );
}

/**
 * @param {readonly number[]} wanted numbers of rows
 * @param {{ rounds: number, scale: number, write: boolean, say: (line: string) => void }} options `scale` shrinks the
 *   number of samples, for trying out
 */
export async function measure(wanted, { rounds, scale, write, say }) {
  const there = rowsThere();
  const report = existsSync(JSON_FILE) ? JSON.parse(readFileSync(JSON_FILE, "utf8")) : { rows: {} };
  report.machine = machine();
  let failed = 0;
  for (const number of wanted) {
    const row = await import(there.get(number));
    const load = loadavg()[0];
    say(`row ${number}: ${row.title} (load ${load.toFixed(1)})`);
    const begin = performance.now();
    try {
      const { measures } = await limited(row.run({ rounds, scale }));
      const tookS = (performance.now() - begin) / 1000;
      const { title, method } = row;
      const at = new Date().toISOString();
      report.rows[number] = { number, title, method, at, rounds, load: [load, loadavg()[0]], tookS, measures };
      for (const one of measures) say(`  ${lineOf(one)}`);
      if (write) await save(report);
    } catch (error) {
      failed += 1;
      endChildren();
      say(`  row ${number} failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }
  return failed;
}

/** @param {Promise<{ measures: object[] }>} work */
async function limited(work) {
  let timer;
  const late = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${ROW_LIMIT_MS / 1000} s`)), ROW_LIMIT_MS);
  });
  try {
    return await Promise.race([work, late]);
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

/** Writes page and plot anew from the numbers that are there. */
export async function rewrite() {
  await save(JSON.parse(readFileSync(JSON_FILE, "utf8")));
}

function lineOf(one) {
  const verdict = one.met === undefined ? "" : one.met ? " - met" : " - MISSED";
  if (one.kind === "ratio") {
    const way = one.aim?.least === undefined ? "x of" : "x faster than";
    const values = [one.product.p50, one.other.p50].map((value) => Number(value.toPrecision(3))).join(" to ");
    return `${one.what}: ${one.ratio.toFixed(2)} ${way} ${one.against} (p50: ${values} ${one.unit})${verdict}`;
  }
  if (one.kind === "growth") return `${one.what}: ${one.name} (exponent ${one.exponent.toFixed(2)})`;
  return `${one.what}: ${typeof one.value === "number" ? Number(one.value.toPrecision(4)) : one.value} ${one.unit}${verdict}`;
}
