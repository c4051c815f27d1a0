// @ts-check
// The prebuilt native module for Windows, so that no compiler is needed there. The manifest next to it contains the hashes of its
// sources, so that a test can detect when it is outdated.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { packageVersion, readSources, root } from "../native/sources.mjs";

export const PREBUILD = "prebuilds/win32-x64/outlook-offline-state.node";
export const PREBUILD_MANIFEST = "prebuilds/win32-x64/outlook-offline-state.json";
/** The compiler flags. */
const TOOLCHAIN = "tools/native/toolchains-windows.mjs";

/**
 * @typedef {object} PrebuildManifest
 * @property {string} version of the package, which the module contains
 * @property {string[]} lists the sources that are linked completely
 * @property {Record<string, string>} files hashes of our files, by path
 * @property {string} module hash of the module
 */

/**
 * What has changed since the module was built; empty if it is up to date.
 * @param {string} [folder] the clone
 * @returns {string[]}
 */
export function staleParts(folder = root) {
  if (!existsSync(join(folder, PREBUILD_MANIFEST)) || !existsSync(join(folder, PREBUILD))) return [PREBUILD_MANIFEST];
  /** @type {PrebuildManifest} */
  const manifest = JSON.parse(readFileSync(join(folder, PREBUILD_MANIFEST), "utf8"));
  return [
    ...(manifest.version === packageVersion() ? [] : ["package.json"]),
    ...(JSON.stringify(manifest.lists) === JSON.stringify(lists()) ? [] : ["bridge/native/sources.gypi"]),
    ...Object.entries(manifest.files).flatMap(([file, digest]) => (textHash(folder, file) === digest ? [] : [file])),
    ...(manifest.module === fileHash(folder, PREBUILD) ? [] : [PREBUILD]),
  ];
}

/**
 * Whether the prebuilt module can be used: on Windows x64, if it is up to date and no module was compiled, which would be preferred.
 * @param {{ platform?: string, arch?: string, folder?: string }} [on]
 */
export function hasPrebuiltModule({ platform = process.platform, arch = process.arch, folder = root } = {}) {
  const isFor = platform === "win32" && arch === "x64";
  return isFor && !existsSync(join(folder, "build/Release/offline_state.node")) && staleParts(folder).length === 0;
}

/**
 * Writes the manifest for the current module.
 * @param {readonly string[]} files from the root
 */
export function writePrebuildManifest(files) {
  const ours = [...new Set([...files, TOOLCHAIN])].sort();
  /** @type {PrebuildManifest} */
  const manifest = {
    version: packageVersion(),
    lists: lists(),
    files: Object.fromEntries(ours.map((file) => [file, textHash(root, file) ?? ""])),
    module: fileHash(root, PREBUILD),
  };
  writeFileSync(join(root, PREBUILD_MANIFEST), `${JSON.stringify(manifest, undefined, 2)}\n`);
}

function lists() {
  const { module_sources = [], module_windows_sources = [] } = readSources();
  return [...module_sources, ...module_windows_sources];
}

/**
 * Hash of a text file, independent of line endings; undefined if the file is missing.
 * @param {string} folder
 * @param {string} file
 */
function textHash(folder, file) {
  if (!existsSync(join(folder, file))) return undefined;
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
  return createHash("sha256").update(text).digest("hex");
}

/**
 * @param {string} folder
 * @param {string} file
 */
function fileHash(folder, file) {
  return createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
}
