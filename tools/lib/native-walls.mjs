// @ts-check
import { NATIVE_ROOMS } from "../rooms.mjs";

const ROOT = "bridge/native/";

/**
 * The includes by which a C++ file looks over the wall of its room. Only our own headers count, which are included by their path
 * from bridge/native. Tests may look anywhere.
 * @param {string} file From the root of the clone.
 * @param {string} text
 * @returns {{ line: number, include: string }[]}
 */
export function brokenNativeWalls(file, text) {
  const room = roomOf(file);
  if (room === undefined || /_test\.(cc|h)$/.test(file)) return [];
  const allowed = [room, ...(NATIVE_ROOMS[room] ?? [])];
  return text.split("\n").flatMap((content, index) => {
    const include = /^\s*#\s*include\s*"([^"]+)"/.exec(content)?.[1];
    if (include === undefined) return [];
    const fine = allowed.some((name) => include === name || include.startsWith(`${name}/`));
    return fine ? [] : [{ line: index + 1, include }];
  });
}

/**
 * The room of a C++ file, undefined for what belongs to none (the tests' main).
 * @param {string} file
 */
export function roomOf(file) {
  const rest = file.startsWith(ROOT) ? file.slice(ROOT.length) : "";
  return rest.includes("/") ? rest.split("/")[0] : undefined;
}
