// @ts-check
// The npm packages of the lock file.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/** Installs exactly what package-lock.json says, unless that is what is there. */
export async function ensurePackages() {
  if (areInstalled()) return;
  await step("packages", "installing what package-lock.json names (npm ci)", async () => {
    const [program, ...args] = npm();
    // No package of ours needs an install script; the native module has a step of its own.
    const { code, output } = await run(program, [...args, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    if (code !== 0) {
      throw new Failure("The npm packages could not be installed.", {
        output,
        remedy:
          "Check that the npm registry can be reached (`npm ping`) and that the disk is not full, then run the command again.",
      });
    }
  });
}

/** npm writes node_modules/.package-lock.json last: where it agrees with the lock file, the installation is whole. */
function areInstalled() {
  const hidden = fromRoot("node_modules/.package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = entriesOf(fromRoot("package-lock.json"));
  const there = entriesOf(hidden);
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === "" || entry.link === true) return true;
    const found = there[name];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && found.integrity === entry.integrity && existsSync(fromRoot(name));
  });
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry>}
 */
function entriesOf(file) {
  /** @type {{ packages?: Record<string, LockEntry> }} */
  const lock = JSON.parse(readFileSync(file, "utf8"));
  return lock.packages ?? {};
}

/**
 * The npm that runs us, else the one on PATH. Never npm.cmd, which Node does not start without a shell.
 * @returns {[string, ...string[]]}
 */
function npm() {
  const ours = process.env["npm_execpath"];
  if (ours !== undefined && /npm-cli\.c?js$/.test(ours)) return [process.execPath, ours];
  const beside = path.join(path.dirname(process.execPath), "node_modules/npm/bin/npm-cli.js");
  return existsSync(beside) ? [process.execPath, beside] : ["npm"];
}
