// @ts-check
// Installs the system packages that a suite needs: Debian's and Ubuntu's, as root or with sudo that asks for no password.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";
import { GROUPS } from "../system-packages.mjs";
import { ensureBrowser } from "./browser.mjs";
import { isInstalled, run } from "./child.mjs";
import { step } from "./progress.mjs";
import { UserError } from "./user-error.mjs";

/** @typedef {import("../system-packages.mjs").GroupName} GroupName */
/** @typedef {import("../system-packages.mjs").Group} Group */

/**
 * Installs what the groups need, where that is possible without asking the user.
 * @param {readonly GroupName[]} names
 * @returns {Promise<Map<GroupName, string>>} What is still missing, by group: a text with the reason and the remedy.
 */
export async function ensureGroups(names) {
  const wanted = [...new Set(names)];
  const problem = await installMissing(wanted);
  /** @type {Map<GroupName, string>} */
  const missing = new Map();
  for (const name of wanted) {
    /** @type {Group} */
    const group = GROUPS[name];
    const absent = distribution() === undefined ? absentPrograms(group) : absentPackages([name]);
    if (absent.length > 0)
      missing.set(name, `needs ${absent.join(", ")} to ${group.purpose}. ${problem ?? group.remedy}`);
  }
  if (wanted.includes("browser") && !missing.has("browser")) {
    const browser = await ensureBrowser();
    if (browser.path === undefined) missing.set("browser", browser.problem);
    else process.env["CHROMIUM"] = browser.path;
  }
  return missing;
}

/**
 * @param {readonly GroupName[]} names
 * @returns {Promise<string | undefined>} Why the installation failed, if it did.
 */
async function installMissing(names) {
  if (distribution() === undefined) return undefined;
  const absent = absentPackages(names);
  if (absent.length === 0) return undefined;
  try {
    await install(absent);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} ${error.remedy ?? ""}${error.output === undefined ? "" : `\n${error.output.trimEnd()}`}`;
  }
}

/** @param {Group} group */
function absentPrograms({ programs, windows }) {
  const wanted = process.platform === "win32" ? (windows ?? programs) : programs;
  return wanted.filter((program) => !isInstalled(program));
}

/** @param {readonly GroupName[]} names */
function absentPackages(names) {
  const packages = names.flatMap((name) => {
    /** @type {Group} */
    const group = GROUPS[name];
    return distribution() === "ubuntu" && group.ubuntu !== undefined ? group.ubuntu : group.debian;
  });
  const absent = notInstalled(packages.filter((name) => !name.includes("{") && !name.includes("|")));
  for (const name of packages.filter((one) => one.includes("{") || one.includes("|"))) {
    const choices = name.replaceAll("{clang}", clangVersion()).split(" | ");
    if (notInstalled(choices).length === choices.length) absent.push(choices.find(isAvailable) ?? choices[0] ?? name);
  }
  return [...new Set(absent)];
}

/** The version of the package "clang" in this distribution. */
function clangVersion() {
  const { stdout } = spawnSync("apt-cache", ["depends", "clang"], { encoding: "utf8" });
  return /Depends: clang-(\d+)/.exec(stdout)?.[1] ?? "14";
}

/** @param {string} name */
function isAvailable(name) {
  return spawnSync("apt-cache", ["show", name], { stdio: "ignore" }).status === 0;
}

/** Seconds to wait for another apt to finish. */
const LOCK_SECONDS = 300;

/** @returns {"debian" | "ubuntu" | undefined} Undefined on systems without apt-get. */
export function distribution() {
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get") || !existsSync("/etc/os-release"))
    return undefined;
  const release = readFileSync("/etc/os-release", "utf8");
  return /^ID=ubuntu$/m.test(release) ? "ubuntu" : "debian";
}

/**
 * The Debian packages among `names` that are not installed.
 * @param {readonly string[]} names
 */
function notInstalled(names) {
  const { stdout } = spawnSync("dpkg-query", ["-W", "-f=${Package} ${Status}\\n", ...names], { encoding: "utf8" });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" install ok installed"))
      .map((line) => line.split(" ")[0]),
  );
  return names.filter((name) => !installed.has(name));
}

/** The command prefix for apt-get, or undefined without the right to install packages. */
function sudoPrefix() {
  if (process.getuid?.() === 0) return [];
  return spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0 ? ["sudo", "-n"] : undefined;
}

/**
 * Installs Debian packages.
 * @param {readonly string[]} names
 */
export async function install(names) {
  const sudo = sudoPrefix();
  const manualCommand = `sudo apt-get update && sudo apt-get install ${names.join(" ")}`;
  if (sudo === undefined) {
    throw new UserError(`Missing packages: ${names.join(", ")}.`, { remedy: `Install them: ${manualCommand}` });
  }
  await step("system", `installing ${names.join(" ")} (apt-get)`, async () => {
    await aptGet(sudo, ["update"], manualCommand);
    await aptGet(sudo, ["install", "--yes", "--no-install-recommends", ...names], manualCommand);
  });
}

/**
 * @param {readonly string[]} sudo
 * @param {readonly string[]} args
 * @param {string} manualCommand
 */
async function aptGet(sudo, args, manualCommand) {
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
  if (code !== 0)
    throw new UserError(`apt-get ${args[0] ?? ""} failed.`, { output, remedy: `Try it yourself: ${manualCommand}` });
}
