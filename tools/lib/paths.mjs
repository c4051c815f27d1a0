// @ts-check
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(fileURLToPath(import.meta.url), "../../..");

/**
 * An absolute path inside this clone.
 * @param {readonly string[]} parts
 */
export function fromRoot(...parts) {
  return path.join(ROOT, ...parts);
}

/** What the build tells the bridge to run: the product's entry. */
export const BRIDGE_ENTRY = fromRoot("dist/bundle/main.js");
/** The same, each module a file of its own, as tsc keeps it up to date while somebody edits. */
export const UNBUNDLED_ENTRY = fromRoot("dist/bridge/src/cli/main.js");
