// @ts-check
// The npm package. Installing it needs neither a compiler nor the registry.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { filesIn, prune } from "./files.mjs";
import { npmCommand } from "../lib/packages.mjs";
import { OUT } from "./paths.mjs";

/** npm renames .gitignore to .npmignore, or drops it. */
const RENAMED = /(^|\/)\.(git|npm)ignore$/;
/** Files that npm never packs: https://docs.npmjs.com/cli/configuring-npm/package-json#files */
const NEVER_PACKED =
  /(^|\/)(\..*\.swp|\._.*|\.DS_Store|\.npmrc|\.lock-wscript|\.wafpickle-\d+|config\.gypi|npm-debug\.log|package-lock\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lockb?|[^/]*\.orig)$|(^|\/)(\.git|\.svn|\.hg|CVS)\//;

/**
 * Removes the files that npm will not pack, before the inventory is written: `install` verifies the files by the inventory.
 * @param {string} stage
 */
export async function removeUnpackedFiles(stage) {
  for (const file of filesIn(stage)) if (RENAMED.test(file)) rmSync(path.join(stage, file));
  const packed = new Set(await packedFiles(stage));
  const dropped = filesIn(stage).filter((file) => !packed.has(file));
  const needed = dropped.filter((file) => !NEVER_PACKED.test(file));
  if (needed.length > 0) {
    throw new UserError(`npm would not pack these files: ${needed.slice(0, 10).join(", ")}.`, {
      remedy: 'Check "files" and .npmignore of the package that they belong to.',
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
  if (code !== 0 || begin === -1) throw new UserError("npm could not list the files to pack.", { output });
  /** @type {{ files: { path: string }[] }[]} */
  const [listing] = JSON.parse(output.slice(begin, output.lastIndexOf("]") + 1));
  return (listing?.files ?? []).map((file) => file.path);
}

/**
 * @param {string} stage the complete folder of the package
 * @param {{ name: string, version: string }} product
 * @returns {Promise<string>} the tarball
 */
export async function makeTarball(stage, { name, version }) {
  mkdirSync(OUT, { recursive: true });
  const file = path.join(OUT, `${name}-${version}.tgz`);
  rmSync(file, { force: true });
  const { code, output } = await run(...npmCommand(["pack", "--ignore-scripts", "--pack-destination", OUT]), {
    cwd: stage,
  });
  if (code !== 0) throw new UserError("npm could not pack the package.", { output });
  const listed = await run("tar", ["-tzf", file]);
  const inside = listed.output
    .split("\n")
    .flatMap((line) => (line.endsWith("/") || line === "" ? [] : [line.replace(/^package\//, "")]));
  const [staged, packed] = [filesIn(stage).sort().join("\n"), inside.sort().join("\n")];
  if (listed.code !== 0 || staged !== packed)
    throw new UserError("The tarball does not contain the files of the package's folder.", { output: listed.output });
  return file;
}

/**
 * Merges the node_modules of several systems. They differ only in packages with binaries.
 * @param {string} target
 * @param {readonly string[]} modules
 */
export function mergeModules(target, modules) {
  for (const folder of modules) cpSync(folder, target, { recursive: true });
  rmSync(path.join(target, ".package-lock.json"), { force: true });
  prune(target);
}
