// @ts-check
import { existsSync, readFileSync } from "node:fs";
import { fromRoot } from "../lib/paths.mjs";

/** Where the sources of what the bridge serves lie: `/icons/…` and the page itself. */
function sourceOf(/** @type {string} */ path) {
  if (path === "/taskpane.html") return fromRoot("addin/src/taskpane.html");
  return path.startsWith("/icons/") ? fromRoot(`addin${path}`) : undefined;
}

/** @type {import("./check.mjs").Files} */
export const PANE_FILES = {
  isServed(path) {
    const file = sourceOf(path);
    return file !== undefined && existsSync(file);
  },
  imageSize(path) {
    const file = sourceOf(path);
    if (file === undefined || !existsSync(file)) return undefined;
    const bytes = readFileSync(file);
    // A PNG begins with 8 fixed bytes, then its header: length, "IHDR", width, height.
    if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") return undefined;
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  },
};
