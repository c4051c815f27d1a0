// @ts-check
// The lists of C++ sources: bridge/native/sources.gypi, which node-gyp reads too. Strict JSON for that reason.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * Every list of sources.gypi, paths relative to the root.
 * @typedef {Record<"warning_flags" | "core_sources" | "posix_sources" | "windows_sources" | "testable_sources" |
 *   "testable_posix_sources" | "testable_windows_sources", string[]> & Record<string, string[]>} Lists
 */

/** @returns {Lists} */
export function readSources() {
  const file = join(root, "bridge/native/sources.gypi");
  try {
    return JSON.parse(readFileSync(file, "utf8")).variables;
  } catch (error) {
    throw new Error(`${file} must be strict JSON (double quotes, no comments, no trailing comma): ${String(error)}`);
  }
}

/** package.json's version, which the agent says in its hello. */
export function packageVersion() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/**
 * Test files are found, not listed: a test cannot be forgotten.
 * @param {"posix" | "windows"} platform whose *_posix_test.cc or *_windows_test.cc belong to the run
 * @returns {Map<string, string[]>} room (first folder below bridge/native) to its *_test.cc, relative to the root
 */
export function findTests(platform) {
  const foreign = platform === "posix" ? "_windows_test.cc" : "_posix_test.cc";
  const native = join(root, "bridge/native");
  /** @type {Map<string, string[]>} */
  const rooms = new Map();
  for (const entry of readdirSync(native, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith("_test.cc") || entry.name.endsWith(foreign)) continue;
    const path = join(entry.parentPath, entry.name);
    const room = relative(native, path).split(/[\\/]/)[0] ?? "";
    rooms.set(room, [...(rooms.get(room) ?? []), relative(root, path)].sort());
  }
  return new Map([...rooms].sort(([a], [b]) => a.localeCompare(b)));
}
