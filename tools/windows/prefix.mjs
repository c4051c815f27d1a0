// @ts-check
// A Windows of our own under Wine: a prefix in build/, made once, with what Node and COM want of it.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../native/sources.mjs";

export const prefix = join(root, "build", "wine");

/** @type {[string, string, string][]} */
const settings = [
  // Wine says that it is Windows 7, and Node then refuses to start.
  ["HKCU\\Software\\Wine", "Version", "win10"],
  // Windows that nobody sees need no display.
  ["HKCU\\Software\\Wine\\Drivers", "Graphics", "null"],
];

/** Environment in which `wine` uses our prefix, or the one in `folder`, and asks nobody anything. */
export function wineEnvironment(folder = prefix) {
  return {
    ...process.env,
    WINEPREFIX: folder,
    WINEARCH: "win64",
    WINEDEBUG: process.env["WINEDEBUG"] ?? "-all",
    // Neither .NET nor a browser engine is wanted, and Wine would offer to fetch them.
    WINEDLLOVERRIDES: "mscoree=;mshtml=;winemenubuilder.exe=",
  };
}

export function isWineThere() {
  return spawnSync("wine", ["--version"], { stdio: "ignore" }).status === 0;
}

/** Makes the prefix when it is not there yet; some 10 s, once. */
export function ensurePrefix(folder = prefix) {
  const marker = join(folder, ".made-by-prefix-mjs");
  if (existsSync(marker)) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  wine(["wineboot", "-i"], folder);
  for (const [key, name, value] of settings) wine(["wine", "reg", "add", key, "/v", name, "/d", value, "/f"], folder);
  // Only the next server has the settings in force (its desktop was started without them), and the registry on the disk.
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
    throw new Error(`${program} was not found: install the packages wine and wine64.`);
  if (result.status !== 0)
    throw new Error(`${[program, ...args].join(" ")} ended with ${result.signal ?? result.status}`);
}
