// @ts-check
// The headers of the running Node.js, which node-gyp compiles against.
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { UserError } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";

/**
 * node-gyp copies the path of the headers unquoted into Makefiles. A relative link in the build folder keeps blanks, quotes and "&" of
 * the real path out of them.
 */
const LINK = "build/node-headers";

/** Options that point node-gyp to the headers. On Windows it finds them itself, and quotes their path. */
export const HEADER_OPTIONS = process.platform === "win32" ? [] : [`--nodedir=${LINK}`];

/** node-gyp prefers npm_config_* to its options. These would override ours, hide errors, or build for another runtime. */
const OVERRIDES = /^npm_config_(nodedir|loglevel|jobs|debug|target|arch|runtime)$/i;

/** The environment for node-gyp. */
export function gypEnvironment() {
  if (process.platform === "win32") return process.env;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OVERRIDES.test(name)));
}

/** Finds the headers, or downloads them with node-gyp, and creates LINK. */
export async function ensureNodeHeaders() {
  if (process.platform === "win32") return;
  const folder = nodeHeaders() ?? (await download());
  const link = fromRoot(LINK);
  mkdirSync(path.dirname(link), { recursive: true });
  rmSync(link, { recursive: true, force: true });
  symlinkSync(folder, link);
}

async function download() {
  const gyp = fromRoot("node_modules/node-gyp/bin/node-gyp.js");
  const { output } = await run(process.execPath, [gyp, "install", "--ensure"], {
    cwd: fromRoot(),
    env: gypEnvironment(),
  });
  const folder = nodeHeaders();
  if (folder !== undefined) return folder;
  throw new UserError(
    `The headers of Node.js ${process.versions.node}, which are needed to compile, could not be downloaded.`,
    {
      output,
      remedy:
        "Check the connection to https://nodejs.org/, install the headers (Debian: libnode-dev), or set the folder that contains include/node: npm_config_nodedir=<folder> npm start",
    },
  );
}

/** @returns {string | undefined} A folder with include/node of this Node.js version. */
function nodeHeaders() {
  const candidates = [process.env["npm_config_nodedir"], path.resolve(process.execPath, "../.."), gypCache()];
  return candidates.find((folder) => folder !== undefined && matchesNodeVersion(folder));
}

/** The folder of headers that node-gyp has downloaded. */
function gypCache() {
  const configured = process.env["npm_config_devdir"] ?? "";
  const caches =
    process.platform === "darwin"
      ? path.join(homedir(), "Library/Caches")
      : process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  return path.join(configured === "" ? path.join(caches, "node-gyp") : configured, process.versions.node);
}

/** @param {string} folder */
function matchesNodeVersion(folder) {
  const header = path.join(folder, "include/node/node_version.h");
  const gypi = path.join(folder, "include/node/common.gypi");
  if (!existsSync(header) || !existsSync(gypi)) return false;
  const text = readFileSync(header, "utf8");
  const parts = ["MAJOR", "MINOR", "PATCH"].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return parts.join(".") === process.versions.node;
}
