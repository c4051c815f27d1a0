// @ts-check
// Stores the fingerprint of the inputs of each build step, so that a step runs only when they change.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fromRoot } from "./paths.mjs";

/**
 * The fingerprint of the inputs of a step. Does not follow links. A missing input is part of the fingerprint.
 * @param {readonly string[]} inputs Files and folders, from the root of the clone.
 * @param {{ extra?: readonly string[], skip?: RegExp }} [options]
 *   `extra`: other values that matter (versions, switches). `skip`: files to ignore.
 */
export function fingerprint(inputs, options = {}) {
  const hash = createHash("sha256");
  for (const text of options.extra ?? []) hash.update(`${text}\0`);
  for (const input of inputs) add(hash, input, options.skip);
  return hash.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} name
 * @param {RegExp | undefined} skip
 */
function add(hash, name, skip) {
  const file = fromRoot(name);
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined) {
    hash.update(`${name}\0missing\0`);
  } else if (stat.isDirectory()) {
    for (const entry of readdirSync(file).sort()) {
      if (entry !== "node_modules") add(hash, path.posix.join(name, entry), skip);
    }
  } else if (skip?.test(name) !== true) {
    hash.update(`${name}\0`).update(readFileSync(file)).update("\0");
  }
}

/** @param {string} step */
const fingerprintFile = (step) => fromRoot(".cache/fingerprints", step);

/**
 * Whether `step` last finished with this fingerprint and all outputs exist.
 * @param {string} step
 * @param {string} value
 * @param {readonly string[]} outputs
 */
export function isUpToDate(step, value, outputs) {
  const file = fingerprintFile(step);
  if (!existsSync(file) || readFileSync(file, "utf8") !== value) return false;
  return outputs.every((output) => existsSync(fromRoot(output)));
}

/**
 * @param {string} step
 * @param {string} value
 */
export function markUpToDate(step, value) {
  const file = fingerprintFile(step);
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, value);
  renameSync(temporary, file);
}

/** @param {string} step */
export function invalidate(step) {
  rmSync(fingerprintFile(step), { force: true });
}
