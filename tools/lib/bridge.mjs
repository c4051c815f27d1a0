// @ts-check
import process from "node:process";
import { pathToFileURL } from "node:url";
import { BRIDGE_ENTRY } from "./paths.mjs";

/**
 * Goes on as the bridge's command line, in this very process: signals, exit code and output are then the bridge's own.
 * @param {readonly string[]} args
 */
export async function becomeBridge(args) {
  process.argv = [process.execPath, BRIDGE_ENTRY, ...args];
  await import(pathToFileURL(BRIDGE_ENTRY).href);
}
