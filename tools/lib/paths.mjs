// @ts-check
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = path.resolve(fileURLToPath(import.meta.url), "../../..");

/**
 * An absolute path in this clone.
 * @param {readonly string[]} parts
 */
export function fromRoot(...parts) {
  return path.join(ROOT, ...parts);
}

/** The entry point of the product: the bundle. */
export const BRIDGE_ENTRY = fromRoot("dist/bundle/main.js");
/** The entry point as compiled by tsc, without bundling; `npm run dev` keeps it up to date. */
export const UNBUNDLED_ENTRY = fromRoot("dist/bridge/src/cli/main.js");
