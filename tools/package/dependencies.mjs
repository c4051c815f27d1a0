// @ts-check
// The packages that ship: what package-lock.json names for production, and nothing else, for one system.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { Failure } from "../lib/failure.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { digest, isFresh, setFresh } from "../lib/stamp.mjs";
import { npmCommand } from "./npm.mjs";
import { STAGE } from "./places.mjs";

/** Needed to build the native module, which is built already. */
const ONLY_TO_BUILD = ["node-addon-api"];

/** @typedef {{ os: "win32" | "linux", cpu: "x64", libc?: "glibc" }} System */

/**
 * @param {System} system
 * @returns {Promise<string>} A node_modules folder.
 */
export async function productionModules(system) {
  const folder = path.join(STAGE, `modules-${system.os}-${system.cpu}`);
  const modules = path.join(folder, "node_modules");
  const name = `package-modules-${system.os}`;
  const value = digest(["package-lock.json", ".npmrc"], { extra: ["1", JSON.stringify(system)] });
  if (isFresh(name, value, [path.relative(fromRoot(), path.join(modules, ".package-lock.json"))])) return modules;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json", ".npmrc"]) cpSync(fromRoot(file), path.join(folder, file));
  const libc = system.libc === undefined ? [] : [`--libc=${system.libc}`];
  const { code, output } = await run(
    ...npmCommand([
      "ci",
      "--prefix",
      folder,
      "--omit=dev",
      "--omit=peer",
      "--ignore-scripts",
      "--no-audit",
      "--no-fund",
      `--os=${system.os}`,
      `--cpu=${system.cpu}`,
      ...libc,
    ]),
    { cwd: folder },
  );
  if (code !== 0)
    throw new Failure(`The packages for ${system.os} could not be installed.`, {
      output,
      remedy: "See that the npm registry can be reached: npm ping",
    });
  for (const unwanted of ONLY_TO_BUILD) rmSync(path.join(modules, unwanted), { recursive: true, force: true });
  rmSync(path.join(modules, ".bin"), { recursive: true, force: true });
  setFresh(name, value);
  return modules;
}

/** The production dependencies by exact version, without those that are only needed to build. */
export function shippedDependencies() {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !ONLY_TO_BUILD.includes(name)));
}

/**
 * Every package in a node_modules folder, with its folder, however deep.
 * @param {string} modules
 * @returns {{ name: string, version: string, license: string, folder: string }[]}
 */
export function packagesIn(modules) {
  return entries(modules).flatMap((name) => {
    const folder = path.join(modules, name);
    if (name.startsWith(".")) return [];
    if (name.startsWith("@")) return entries(folder).flatMap((sub) => packageAt(path.join(folder, sub)));
    return packageAt(folder);
  });
}

/** @param {string} folder */
function packageAt(folder) {
  const { name, version, license, licenses } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  const own = { name: String(name), version: String(version), license: licenseOf(license ?? licenses), folder };
  return [own, ...packagesIn(path.join(folder, "node_modules"))];
}

/**
 * @param {unknown} license Of any of the forms that packages have used.
 * @returns {string}
 */
function licenseOf(license) {
  if (typeof license === "string") return license;
  if (Array.isArray(license)) return license.map(licenseOf).join(" OR ");
  if (typeof license === "object" && license !== null && "type" in license) return String(license.type);
  return "UNKNOWN";
}

/** @param {string} folder */
function entries(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/**
 * What package.json says in the npm package.
 * @param {Record<string, string>} extra Packages that are carried besides the production dependencies.
 */
export function shippedPackageJson(extra) {
  const { name, version, description, license, type, engines, repository, homepage, bugs, keywords, author } =
    JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  const dependencies = { ...shippedDependencies(), ...extra };
  return {
    ...{ name, version, description, license, type, engines, repository, homepage, bugs, keywords, author },
    bin: { "outlook-offline-state": "dist/bridge/src/cli/main.js" },
    dependencies,
    // All of it is in the package: what was audited is what runs, and nothing is fetched when it is installed.
    bundleDependencies: Object.keys(dependencies),
  };
}

/**
 * @param {string} file
 * @param {unknown} value
 */
export function writeJson(file, value) {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
