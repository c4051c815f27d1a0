// @ts-check
// The npm package: `npx outlook-offline-state install` from it needs neither a compiler nor the registry.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { filesIn } from "./files.mjs";
import { npmCommand } from "./npm.mjs";
import { OUT } from "./places.mjs";
import { prune } from "./prune.mjs";

/** npm packs a .gitignore and unpacks it under the name .npmignore, if at all. */
const RENAMED = /(^|\/)\.(git|npm)ignore$/;
/** What npm leaves out of every package, wherever it lies: https://docs.npmjs.com/cli/configuring-npm/package-json#files */
const NEVER_PACKED =
  /(^|\/)(\..*\.swp|\._.*|\.DS_Store|\.npmrc|\.lock-wscript|\.wafpickle-\d+|config\.gypi|npm-debug\.log|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|[^/]*\.orig)$|(^|\/)(\.git|\.svn|\.hg|CVS)\//;

/**
 * Removes from the package's folder what would not be there after npm has packed and unpacked it, before the inventory is made:
 * `install` holds what it was given to that inventory.
 * @param {string} stage
 */
export async function dropWhatNpmLeavesOut(stage) {
  for (const file of filesIn(stage)) if (RENAMED.test(file)) rmSync(path.join(stage, file));
  const packed = new Set(await packedFiles(stage));
  const dropped = filesIn(stage).filter((file) => !packed.has(file));
  const needed = dropped.filter((file) => !NEVER_PACKED.test(file));
  if (needed.length > 0) {
    throw new Failure(`npm would leave these files out of the package: ${needed.slice(0, 10).join(", ")}.`, {
      remedy: 'See which "files" or .npmignore of the package that they belong to leaves them out.',
    });
  }
  for (const file of dropped) rmSync(path.join(stage, file));
}

/** @param {string} stage */
async function packedFiles(stage) {
  const { code, output } = await run(
    ...npmCommand(["pack", "--dry-run", "--json", "--ignore-scripts", "--loglevel=error"]),
    { cwd: stage },
  );
  const begin = output.indexOf("[");
  if (code !== 0 || begin === -1) throw new Failure("npm could not list what it would pack.", { output });
  /** @type {{ files: { path: string }[] }[]} */
  const [listing] = JSON.parse(output.slice(begin, output.lastIndexOf("]") + 1));
  return (listing?.files ?? []).map((file) => file.path);
}

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
  const listed = await run("tar", ["-tzf", file]);
  const inside = listed.output
    .split("\n")
    .flatMap((line) => (line.endsWith("/") || line === "" ? [] : [line.replace(/^package\//, "")]));
  const [staged, packed] = [filesIn(stage).sort().join("\n"), inside.sort().join("\n")];
  if (listed.code !== 0 || staged !== packed)
    throw new Failure("The tarball does not hold the files of the package's folder.", { output: listed.output });
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
