// @ts-check
// Reads the lists of C++ sources in bridge/native/sources.gypi, which is strict JSON so that node-gyp and the tools can both read it.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * The lists of sources.gypi. Paths are relative to the root.
 * @typedef {Record<"warning_flags" | "library_sources" | "posix_sources" | "windows_sources" | "testable_sources" |
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

/** The version in package.json, which the agent sends in its first frame. */
export function packageVersion() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version;
}

/**
 * Finds the test files, so that none has to be listed.
 * @param {"posix" | "windows"} platform whose tests belong to the run: posix/*_test.cc and *_posix_test.cc, or windows/*_test.cc and
 *   *_windows_test.cc
 * @returns {Map<string, string[]>} *_test.cc files, relative to the root, by module (folder of bridge/native)
 */
export function findTests(platform) {
  const foreign = platform === "posix" ? /_windows_test\.cc$|[\\/]windows[\\/]/ : /_posix_test\.cc$|[\\/]posix[\\/]/;
  const native = join(root, "bridge/native");
  /** @type {Map<string, string[]>} */
  const modules = new Map();
  for (const entry of readdirSync(native, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !entry.name.endsWith("_test.cc") || foreign.test(relative(native, path))) continue;
    const module = relative(native, path).split(/[\\/]/)[0] ?? "";
    modules.set(module, [...(modules.get(module) ?? []), relative(root, path)].sort());
  }
  return new Map([...modules].sort(([a], [b]) => a.localeCompare(b)));
}
