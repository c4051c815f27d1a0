// @ts-check
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";

/**
 * The folder that holds include/node of this very Node, so that node-gyp downloads nothing; undefined when there is none
 * (node-gyp then gets the headers from nodejs.org).
 * @returns {string | undefined}
 */
export function nodeHeaders() {
  const beside = path.resolve(process.execPath, "../..");
  const candidates = [process.env["npm_config_nodedir"], beside];
  return candidates.find((folder) => folder !== undefined && isOfThisNode(folder));
}

/** @param {string} folder */
function isOfThisNode(folder) {
  const header = path.join(folder, "include/node/node_version.h");
  const gypi = path.join(folder, "include/node/common.gypi");
  if (!existsSync(header) || !existsSync(gypi)) return false;
  const text = readFileSync(header, "utf8");
  const parts = ["MAJOR", "MINOR", "PATCH"].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return parts.join(".") === process.versions.node;
}
