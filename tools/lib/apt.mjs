// @ts-check
// Debian's and Ubuntu's packages, as root or by sudo that asks nothing.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { run } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { step } from "./progress.mjs";

/** Seconds to wait while another apt runs. */
const LOCK_SECONDS = 300;

/** "debian", "ubuntu", or undefined where there is no apt-get. */
export function distribution() {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get") || !existsSync("/etc/os-release"))
    return undefined;
  const release = readFileSync("/etc/os-release", "utf8");
  return /^ID=ubuntu$/m.test(release) ? "ubuntu" : "debian";
}

/**
 * Of `names`, those that are not installed.
 * @param {readonly string[]} names
 */
export function missing(names) {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f=${Package} ${Status}\\n", ...names], { encoding: "utf8" });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" install ok installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** What to put before apt-get, or undefined when we may not install. */
function privilege() {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

/**
 * Installs packages of the distribution.
 * @param {readonly string[]} names
 */
export async function install(names) {
  const sudo = privilege();
  const byHand = `sudo apt-get update && sudo apt-get install ${names.join(" ")}`;
  if (sudo === undefined) {
    throw new Failure(`Needed and not installed: ${names.join(", ")}.`, { remedy: `Install them: ${byHand}` });
  }
  await step("system", `installing ${names.join(" ")} (apt-get)`, async () => {
    await aptGet(sudo, ["update"], byHand);
    await aptGet(sudo, ["install", "--yes", "--no-install-recommends", ...names], byHand);
  });
}

/**
 * @param {readonly string[]} sudo
 * @param {readonly string[]} args
 * @param {string} byHand
 */
async function aptGet(sudo, args, byHand) {
  const command = [
    ...sudo,
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    "-o",
    `DPkg::Lock::Timeout=${LOCK_SECONDS}`,
    "-qq",
  ];
  const [program = "apt-get", ...before] = command;
  const { code, output } = await run(program, [...before, ...args]);
  if (code !== 0) throw new Failure(`apt-get ${args[0] ?? ""} failed.`, { output, remedy: `Try by hand: ${byHand}` });
}
