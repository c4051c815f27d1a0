// @ts-check
// The npm packages of the lock file.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { Failure, systemRemedyIn } from "./failure.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/** Whatever the person's npm is set to, this clone gets all of its packages, and for itself. */
const OPTIONS = [
  // No package of ours needs an install script; the native module has a step of its own.
  "--ignore-scripts",
  // NODE_ENV=production, or omit=dev, leaves out what builds the product.
  ...["--include=dev", "--include=optional", "--include=peer"],
  // A package.json of a folder above may name this one as one of its workspaces.
  "--no-workspaces",
  // `npm --silent start` would silence the errors of this npm too.
  ...["--loglevel=error", "--no-audit", "--no-fund"],
];

/** Installs exactly what package-lock.json says, unless that is what is there. */
export async function ensurePackages() {
  if (areInstalled()) return;
  await step("packages", "installing what package-lock.json names (npm ci)", async () => {
    const [program, ...args] = npm();
    const { code, output } = await run(program, [...args, "ci", ...OPTIONS], { cwd: fromRoot(), env: environment() });
    const missing = code === 0 ? missingPackage() : undefined;
    if (code === 0 && missing === undefined) return;
    throw new Failure(
      missing === undefined
        ? "The npm packages could not be installed."
        : `npm ci has succeeded, but ${missing} is missing.`,
      { output: output.replace(USAGE, ""), remedy: remedyFor(output) },
    );
  });
}

/** Without the workspaces that the npm which runs us was called for: they are those of another package. */
function environment() {
  const foreign = /^npm_config_(workspaces?|include_workspace_root|prefix|local_prefix|global_prefix)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}

/** What npm adds to an error of usage: a hundred lines about its options, none of which a person has given. */
const USAGE = /^npm error Clean install a project$[^]*?(?=^npm error A complete log)/m;

/** By npm's error codes; what npm itself says is shown above it. */
const REMEDIES = /** @type {const} */ ([
  [
    /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)$/,
    "The npm registry cannot be reached. Check the network and the proxy (`npm config get registry`, `npm config get proxy`, `npm ping`), then run the command again.",
  ],
  [
    /CERT|^UNABLE_TO_/,
    "The registry's certificate is not trusted. If your network inspects TLS, pass its CA: npm config set cafile <file>",
  ],
  [/^E40[137]$/, "The registry refuses access: log in (`npm login`), or check `npm config get registry`."],
  [
    /^(E404|ETARGET)$/,
    "The registry lacks a package that package-lock.json names: check `npm config get registry`, or go back to npm's own with `npm config delete registry`.",
  ],
  [/^EINTEGRITY$/, "A downloaded package is damaged: npm cache clean --force, then run the command again."],
  [
    /^EUSAGE$/,
    "package.json and package-lock.json must belong together: restore both (`git status` shows what changed).",
  ],
  [/^EBADENGINE$/, "Use a newer Node.js: https://nodejs.org/"],
]);

/** @param {string} output */
function remedyFor(output) {
  const code = /^npm (?:ERR!|error) code (\S+)/m.exec(output)?.[1] ?? "";
  return (
    REMEDIES.find(([codes]) => codes.test(code))?.[1] ??
    systemRemedyIn(output, /^npm (?:ERR!|error) path (.+)$/m.exec(output)?.[1] ?? fromRoot("node_modules")) ??
    "Fix what npm reports above, then run the command again."
  );
}

/** npm writes node_modules/.package-lock.json last: where it agrees with the lock file, the installation is complete. */
export function areInstalled() {
  const missing = missingPackage();
  return missing === undefined && existsSync(fromRoot("node_modules/.package-lock.json"));
}

/** @returns {string | undefined} The first package that is not installed as the lock file says. */
function missingPackage() {
  const wanted = entriesOf(fromRoot("package-lock.json"));
  const there = entriesOf(fromRoot("node_modules/.package-lock.json"));
  return Object.entries(wanted).find(([name, entry]) => {
    if (name === "" || entry.link === true) return false;
    const found = there[name];
    if (found === undefined) return entry.optional !== true;
    return found.version !== entry.version || found.integrity !== entry.integrity || !existsSync(fromRoot(name));
  })?.[0];
}

/**
 * @param {string} file
 * @returns {Record<string, LockEntry>} Empty if the file is missing or damaged.
 */
function entriesOf(file) {
  try {
    /** @type {{ packages?: Record<string, LockEntry> }} */
    const lock = JSON.parse(readFileSync(file, "utf8"));
    return lock.packages ?? {};
  } catch (error) {
    if (path.basename(file) === "package-lock.json") {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Failure(`${file} cannot be read: ${reason}.`, {
        remedy: "Restore it: git checkout package-lock.json",
        cause: error,
      });
    }
    return {};
  }
}

/**
 * The npm that runs us, else the one on PATH. Never npm.cmd, which Node does not start without a shell.
 * @returns {[string, ...string[]]}
 */
function npm() {
  const ours = process.env["npm_execpath"];
  if (ours !== undefined && /npm-cli\.c?js$/.test(ours)) return [process.execPath, ours];
  const beside = path.join(path.dirname(process.execPath), "node_modules/npm/bin/npm-cli.js");
  return existsSync(beside) ? [process.execPath, beside] : ["npm"];
}
