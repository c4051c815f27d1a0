// @ts-check
// The module that a clone brings for Windows, so that nobody needs a compiler there. A note beside it says what it was made
// from, to the file, so that a test can tell whether it still is what the sources say.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { packageVersion, readSources, root } from "../native/sources.mjs";

export const PREBUILD = "prebuilds/win32-x64/outlook-offline-state.node";
export const NOTE = "prebuilds/win32-x64/outlook-offline-state.json";
/** How it is compiled. */
const TOOLCHAIN = "tools/native/toolchains-windows.mjs";

/**
 * @typedef {object} Note
 * @property {string} version of the package, which the module carries
 * @property {string[]} lists the sources that are linked whole
 * @property {Record<string, string>} files each file of ours that went into it, and its digest
 * @property {string} module digest of the module
 */

/**
 * What has changed since the module was made; empty: nothing, it is what these sources say.
 * @param {string} [folder] the clone
 * @returns {string[]}
 */
export function staleParts(folder = root) {
  if (!existsSync(join(folder, NOTE)) || !existsSync(join(folder, PREBUILD))) return [NOTE];
  /** @type {Note} */
  const note = JSON.parse(readFileSync(join(folder, NOTE), "utf8"));
  return [
    ...(note.version === packageVersion() ? [] : ["package.json"]),
    ...(JSON.stringify(note.lists) === JSON.stringify(lists()) ? [] : ["bridge/native/sources.gypi"]),
    ...Object.entries(note.files).flatMap(([file, digest]) => (digestOf(folder, file) === digest ? [] : [file])),
    ...(note.module === bytesOf(folder, PREBUILD) ? [] : [PREBUILD]),
  ];
}

/**
 * Whether the native module is there without a compiler: on a Windows for x64, from these sources, and nobody has compiled another
 * one, which would be taken first.
 * @param {{ platform?: string, arch?: string, folder?: string }} [on]
 */
export function bringsModule({ platform = process.platform, arch = process.arch, folder = root } = {}) {
  const isFor = platform === "win32" && arch === "x64";
  return isFor && !existsSync(join(folder, "build/Release/offline_state.node")) && staleParts(folder).length === 0;
}

/**
 * Notes what the module that lies there was made from.
 * @param {readonly string[]} files from the root
 */
export function writeNote(files) {
  const ours = [...new Set([...files, TOOLCHAIN])].sort();
  /** @type {Note} */
  const note = {
    version: packageVersion(),
    lists: lists(),
    files: Object.fromEntries(ours.map((file) => [file, digestOf(root, file) ?? ""])),
    module: bytesOf(root, PREBUILD),
  };
  writeFileSync(join(root, NOTE), `${JSON.stringify(note, undefined, 2)}\n`);
}

function lists() {
  const { module_sources = [], module_windows_sources = [] } = readSources();
  return [...module_sources, ...module_windows_sources];
}

/**
 * Of a text, however a checkout ends its lines; undefined when it is not there.
 * @param {string} folder
 * @param {string} file
 */
function digestOf(folder, file) {
  if (!existsSync(join(folder, file))) return undefined;
  const text = readFileSync(join(folder, file), "utf8").replaceAll("\r\n", "\n");
  return createHash("sha256").update(text).digest("hex");
}

/**
 * @param {string} folder
 * @param {string} file
 */
function bytesOf(folder, file) {
  return createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
}
