// @ts-check
// Remembers of each build step the content that it was made from, so that a second run does nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { fromRoot } from "./paths.mjs";

/**
 * The digest of what a step reads. Follows no links; a missing input counts as such.
 * @param {readonly string[]} inputs Files and folders, from the root of the clone.
 * @param {{ extra?: readonly string[], skip?: RegExp }} [options]
 *   `extra`: what else decides (versions, switches). `skip`: files that do not.
 */
export function digest(inputs, options = {}) {
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
const stampFile = (step) => fromRoot(".cache/stamps", step);

/**
 * Whether `step` was last finished with this digest, and what it made is still there.
 * @param {string} step
 * @param {string} value
 * @param {readonly string[]} outputs
 */
export function isFresh(step, value, outputs) {
  const file = stampFile(step);
  if (!existsSync(file) || readFileSync(file, "utf8") !== value) return false;
  return outputs.every((output) => existsSync(fromRoot(output)));
}

/**
 * @param {string} step
 * @param {string} value
 */
export function setFresh(step, value) {
  const file = stampFile(step);
  mkdirSync(path.dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  writeFileSync(fresh, value);
  renameSync(fresh, file);
}

/** @param {string} step */
export function forget(step) {
  rmSync(stampFile(step), { force: true });
}
