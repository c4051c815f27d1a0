// @ts-check
import { spawnSync } from "node:child_process";
import process from "node:process";
import { GROUPS } from "../system-packages.mjs";
import { distribution, install, missing } from "./apt.mjs";
import { answers } from "./child.mjs";
import { ensureBrowser } from "./browser.mjs";
import { Failure } from "./failure.mjs";

/** @typedef {import("../system-packages.mjs").GroupName} GroupName */
/** @typedef {import("../system-packages.mjs").Group} Group */

/**
 * Gets what the groups name, as far as that can be done without a question.
 * @param {readonly GroupName[]} names
 * @returns {Promise<Map<GroupName, string>>} What could not be had: group to the reason and the remedy.
 */
export async function ensureGroups(names) {
  const wanted = [...new Set(names)];
  const problem = await installed(wanted);
  /** @type {Map<GroupName, string>} */
  const lacking = new Map();
  for (const name of wanted) {
    /** @type {Group} */
    const group = GROUPS[name];
    const absent = distribution() === undefined ? absentPrograms(group) : absentPackages([name]);
    if (absent.length > 0) lacking.set(name, `needs ${absent.join(", ")} to ${group.why}. ${problem ?? group.remedy}`);
  }
  if (wanted.includes("browser") && !lacking.has("browser")) {
    const browser = await ensureBrowser();
    if (browser.path === undefined) lacking.set("browser", browser.problem);
    else process.env["CHROMIUM"] = browser.path;
  }
  return lacking;
}

/**
 * @param {readonly GroupName[]} names
 * @returns {Promise<string | undefined>} Why the installation failed, if it did.
 */
async function installed(names) {
  if (distribution() === undefined) return undefined;
  const absent = absentPackages(names);
  if (absent.length === 0) return undefined;
  try {
    await install(absent);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return `${error.message} ${error.remedy ?? ""}${error.output === undefined ? "" : `\n${error.output.trimEnd()}`}`;
  }
}

/** @param {Group} group */
function absentPrograms({ programs, windows }) {
  const wanted = process.platform === "win32" ? (windows ?? programs) : programs;
  return wanted.filter((program) => !answers(program));
}

/** @param {readonly GroupName[]} names */
function absentPackages(names) {
  const packages = names.flatMap((name) => {
    /** @type {Group} */
    const group = GROUPS[name];
    return distribution() === "ubuntu" && group.ubuntu !== undefined ? group.ubuntu : group.debian;
  });
  const absent = missing(packages.filter((name) => !name.includes("{") && !name.includes("|")));
  for (const name of packages.filter((one) => one.includes("{") || one.includes("|"))) {
    const choices = name.replaceAll("{clang}", clangVersion()).split(" | ");
    if (missing(choices).length === choices.length) absent.push(choices.find(isOffered) ?? choices[0] ?? name);
  }
  return [...new Set(absent)];
}

/** The version that the distribution's package "clang" stands for. */
function clangVersion() {
  const { stdout } = spawnSync("apt-cache", ["depends", "clang"], { encoding: "utf8" });
  return /Depends: clang-(\d+)/.exec(stdout)?.[1] ?? "14";
}

/** @param {string} name */
function isOffered(name) {
  return spawnSync("apt-cache", ["show", name], { stdio: "ignore" }).status === 0;
}
