// @ts-check
// The production dependencies of package-lock.json, installed for one system.
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "../lib/child.mjs";
import { UserError } from "../lib/user-error.mjs";
import { fromRoot } from "../lib/paths.mjs";
import { fingerprint, isUpToDate, markUpToDate } from "../lib/fingerprint.mjs";
import { npmCommand } from "../lib/packages.mjs";
import { STAGE } from "./paths.mjs";

/** Only needed to build the native module. */
const BUILD_ONLY = ["node-addon-api"];

/** @typedef {{ os: "win32" | "linux", cpu: "x64", libc?: "glibc" }} System */

/**
 * @param {System} system
 * @returns {Promise<string>} A node_modules folder.
 */
export async function productionModules(system) {
  const folder = path.join(STAGE, `modules-${system.os}-${system.cpu}`);
  const modules = path.join(folder, "node_modules");
  const name = `package-modules-${system.os}`;
  const value = fingerprint(["package-lock.json", ".npmrc"], { extra: ["1", JSON.stringify(system)] });
  if (isUpToDate(name, value, [path.relative(fromRoot(), path.join(modules, ".package-lock.json"))])) return modules;
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
    throw new UserError(`The npm packages for ${system.os} could not be installed.`, {
      output,
      remedy: "Check the connection to the npm registry: npm ping",
    });
  for (const unwanted of BUILD_ONLY) rmSync(path.join(modules, unwanted), { recursive: true, force: true });
  rmSync(path.join(modules, ".bin"), { recursive: true, force: true });
  markUpToDate(name, value);
  return modules;
}

/** Production dependencies with exact versions, without those that are only needed to build. */
function shippedDependencies() {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  return Object.fromEntries(Object.entries(dependencies).filter(([name]) => !BUILD_ONLY.includes(name)));
}

/**
 * All packages in a node_modules folder, at any depth.
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
 * @param {unknown} license in any form that package.json files use
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
 * The package.json of the npm package.
 * @param {Record<string, string>} extra further bundled packages
 */
export function shippedPackageJson(extra) {
  const { name, version, description, license, type, engines, repository, homepage, bugs, keywords, author } =
    JSON.parse(readFileSync(fromRoot("package.json"), "utf8"));
  const dependencies = { ...shippedDependencies(), ...extra };
  return {
    ...{ name, version, description, license, type, engines, repository, homepage, bugs, keywords, author },
    bin: { "outlook-offline-state": "dist/bridge/src/cli/main.js" },
    dependencies,
    // Bundled, so that the audited versions run and installing needs no network.
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
