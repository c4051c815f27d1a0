// @ts-check
// Installs the npm packages of package-lock.json.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { run } from "./child.mjs";
import { UserError, systemRemedyIn } from "./user-error.mjs";
import { fromRoot } from "./paths.mjs";
import { step } from "./progress.mjs";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, link?: boolean }} LockEntry */

/** Options that make the result independent of the user's npm configuration. */
const OPTIONS = [
  // No dependency needs an install script; the native module is built separately.
  "--ignore-scripts",
  // NODE_ENV=production or omit=dev would omit the build tools.
  ...["--include=dev", "--include=optional", "--include=peer"],
  // A package.json in a parent folder may declare this folder as a workspace.
  "--no-workspaces",
  // `npm --silent start` would also silence the errors of this npm.
  ...["--loglevel=error", "--no-audit", "--no-fund"],
];

/** Installs exactly the packages of package-lock.json, unless they are installed. */
export async function ensurePackages() {
  if (areInstalled()) return;
  await step("packages", "installing the npm packages (npm ci)", async () => {
    const { code, output } = await run(...npmCommand(["ci", ...OPTIONS]), { cwd: fromRoot(), env: environment() });
    const missing = code === 0 ? missingPackage() : undefined;
    if (code === 0 && missing === undefined) return;
    throw new UserError(
      missing === undefined
        ? "The npm packages could not be installed."
        : `npm ci succeeded, but ${missing} is missing.`,
      { output: output.replace(USAGE, ""), remedy: remedyFor(output) },
    );
  });
}

/** Without workspace settings of the npm that runs this script: they belong to another package. */
function environment() {
  const excluded = /^npm_config_(workspaces?|include_workspace_root|prefix|local_prefix|global_prefix)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !excluded.test(name)));
}

/** The hundred lines about options that npm adds to usage errors. */
const USAGE = /^npm error Clean install a project$[^]*?(?=^npm error A complete log)/m;

/** Remedies by npm's error codes. npm's own message is shown as well. */
const REMEDIES = /** @type {const} */ ([
  [
    /^(ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ENOTCACHED)$/,
    "The npm registry cannot be reached. Check the network and the proxy (`npm config get registry`, `npm config get proxy`, `npm ping`) and run the command again.",
  ],
  [
    /CERT|^UNABLE_TO_/,
    "The registry's certificate is not trusted. If your network inspects TLS, configure its CA: npm config set cafile <file>",
  ],
  [/^E40[137]$/, "The registry denies access. Log in (`npm login`), or check `npm config get registry`."],
  [
    /^(E404|ETARGET)$/,
    "The registry does not have a package of package-lock.json. Check `npm config get registry`, or use the default one: npm config delete registry",
  ],
  [/^EINTEGRITY$/, "A downloaded package is damaged. Run `npm cache clean --force` and run the command again."],
  [/^EUSAGE$/, "package.json and package-lock.json do not match. Restore both (`git status` shows what changed)."],
  [/^EBADENGINE$/, "Install a newer Node.js: https://nodejs.org/"],
]);

/** @param {string} output */
function remedyFor(output) {
  const code = /^npm (?:ERR!|error) code (\S+)/m.exec(output)?.[1] ?? "";
  return (
    REMEDIES.find(([codes]) => codes.test(code))?.[1] ??
    systemRemedyIn(output, /^npm (?:ERR!|error) path (.+)$/m.exec(output)?.[1] ?? fromRoot("node_modules")) ??
    "Fix the error that npm reports above and run the command again."
  );
}

/** npm writes node_modules/.package-lock.json last: if it matches the lock file, the installation is complete. */
export function areInstalled() {
  const missing = missingPackage();
  return missing === undefined && existsSync(fromRoot("node_modules/.package-lock.json"));
}

/** @returns {string | undefined} The first package whose installation does not match the lock file. */
function missingPackage() {
  const wanted = entriesOf(fromRoot("package-lock.json"));
  const installed = entriesOf(fromRoot("node_modules/.package-lock.json"));
  return Object.entries(wanted).find(([name, entry]) => {
    if (name === "" || entry.link === true) return false;
    const found = installed[name];
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
      throw new UserError(`${file} cannot be read: ${reason}.`, {
        remedy: "Restore it: git checkout package-lock.json",
        cause: error,
      });
    }
    return {};
  }
}

/**
 * An npm command as a program and its arguments: the npm that runs this script, else the one beside Node.js or on PATH. Never npm.cmd,
 * which Node does not start without a shell.
 * @param {readonly string[]} args
 * @returns {[string, string[]]}
 */
export function npmCommand(args) {
  const current = process.env["npm_execpath"];
  if (current !== undefined && /npm-cli\.c?js$/.test(current)) return [process.execPath, [current, ...args]];
  const bundled = path.join(path.dirname(process.execPath), "node_modules/npm/bin/npm-cli.js");
  return existsSync(bundled) ? [process.execPath, [bundled, ...args]] : ["npm", [...args]];
}
