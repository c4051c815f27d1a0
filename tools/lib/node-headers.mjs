// @ts-check
// The headers of this very Node, which node-gyp compiles against.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { Failure } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * node-gyp copies the headers' path unquoted into Makefiles. A link in the build folder, given as a relative path, keeps blanks,
 * quotes and "&" of the real path (a home folder's, often) out of them.
 */
const LINK = "build/node-headers";

/** The options for node-gyp that name the headers. On Windows it finds them itself, and quotes their path. */
export const HEADER_OPTIONS = process.platform === "win32" ? [] : [`--nodedir=${LINK}`];

/** node-gyp takes npm_config_* before its own options. These would undo ours, silence its errors, or build for another program. */
const FOREIGN = /^npm_config_(nodedir|loglevel|jobs|debug|target|arch|runtime)$/i;

/** The environment for node-gyp. */
export function gypEnvironment() {
  if (process.platform === "win32") return process.env;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name)));
}

/** Finds the headers, or has node-gyp download them, and puts LINK in place. */
export async function ensureNodeHeaders() {
  if (process.platform === "win32") return;
  const folder = nodeHeaders() ?? (await downloaded());
  const link = fromRoot(LINK);
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(folder, link);
}

async function downloaded() {
  const gyp = fromRoot("node_modules/node-gyp/bin/node-gyp.js");
  const { output } = await run(process.execPath, [gyp, "install", "--ensure"], {
    cwd: fromRoot(),
    env: gypEnvironment(),
  });
  const folder = nodeHeaders();
  if (folder !== undefined) return folder;
  throw new Failure(
    `The headers of Node.js ${process.versions.node} are needed to compile and could not be downloaded.`,
    {
      output,
      remedy:
        "Check that https://nodejs.org/ can be reached, install the headers (Debian: libnode-dev), or name a folder that holds include/node: npm_config_nodedir=<folder> npm start",
    },
  );
}

/** @returns {string | undefined} A folder that holds include/node of this Node. */
function nodeHeaders() {
  const candidates = [process.env["npm_config_nodedir"], path.resolve(process.execPath, "../.."), gypCache()];
  return candidates.find((folder) => folder !== undefined && isOfThisNode(folder));
}

/** Where node-gyp keeps what it downloads. */
function gypCache() {
  const named = process.env["npm_config_devdir"] ?? "";
  const caches =
    process.platform === "darwin"
      ? path.join(homedir(), "Library/Caches")
      : process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  return path.join(named === "" ? path.join(caches, "node-gyp") : named, process.versions.node);
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
