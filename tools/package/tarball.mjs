// @ts-check
// The npm package: `npx outlook-offline-state install` from it needs neither a compiler nor the registry.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { npmCommand } from "./npm.mjs";
import { OUT } from "./places.mjs";
import { prune } from "./prune.mjs";

/**
 * @param {string} stage The package's folder, whole.
 * @param {{ name: string, version: string }} product
 * @returns {Promise<string>} The tarball.
 */
export async function makeTarball(stage, { name, version }) {
  mkdirSync(OUT, { recursive: true });
  const file = path.join(OUT, `${name}-${version}.tgz`);
  rmSync(file, { force: true });
  const { code, output } = await run(...npmCommand(["pack", "--ignore-scripts", "--pack-destination", OUT]), {
    cwd: stage,
  });
  if (code !== 0) throw new Failure("npm could not pack the package.", { output });
  return file;
}

/**
 * Puts what several systems need into one node_modules: the packages are the same but for those with binaries.
 * @param {string} target
 * @param {readonly string[]} modules
 */
export function mergeModules(target, modules) {
  for (const folder of modules) cpSync(folder, target, { recursive: true });
  rmSync(path.join(target, ".package-lock.json"), { force: true });
  prune(target);
}
