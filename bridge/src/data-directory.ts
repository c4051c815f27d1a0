/**
 * The data directory: everything that the product writes is in this folder, which only this user can access. Links of other users
 * are never followed, and only permissions of our own folders are changed.
 */
import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats,
} from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, posix, win32 } from "node:path";
import { asUserError, codeOf, messageOf, UserError } from "./user-error.js";

/** The environment variable that sets the path. */
export const DATA_DIRECTORY_VARIABLE = "OUTLOOK_OFFLINE_STATE_HOME";

/** In a folder that the user has chosen, this file marks `certificates`, `run` and so on as ours, so that they may be removed. */
const MARKER = ".outlook-offline-state";
const MARKER_TEXT = `This is a data directory of Outlook Offline State. It contains certificates, history, logs and run.\n`;
/** A folder is ours if it has all files of one line: versions without the marker, or an administrator, have put them there. */
const OWN_FILES = [
  [MARKER],
  ["certificates/ca.crt", "certificates/localhost.crt", "certificates/localhost.key"],
  ["run/bridge.lock"],
  ["run/bridge.json"],
];
/** Files in `run` that an agent may create before the first bridge. */
const AGENT_FILES = new Set(["agent.sock"]);
/** Folders that `install` creates and `uninstall` removes with their contents. */
const INSTALLED = ["app", "manifest", "sideload"];

const PRIVATE_MODE = 0o700;
const ACCESSIBLE_BY_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

/** Parameters of the 64-bit FNV-1a hash. */
const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;

export interface DataDirectory {
  /** Absolute. */
  readonly path: string;
  /** Makes system-wide names unique: "" for the default data directory, otherwise ".h-" and a hash of the path. */
  readonly suffix: string;
  readonly certificates: string;
  readonly history: string;
  readonly logs: string;
  /** Sockets, locks and the pid file. */
  readonly run: string;
}

/** Replaces the environment of the process in tests. */
export interface DataDirectoryOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** The user's home directory. */
  readonly userHome?: string;
  readonly workingDirectory?: string;
}

/** Determines the paths and writes nothing. Throws a UserError if there is no default path. */
export function resolveDataDirectory(options: DataDirectoryOptions = {}): DataDirectory {
  const { env = process.env, platform = process.platform, workingDirectory = process.cwd() } = options;
  const path = platform === "win32" ? win32 : posix;
  const defaultPath = defaultDataDirectory(env, platform, options.userHome ?? homeDirectory());
  const chosen = env[DATA_DIRECTORY_VARIABLE];
  const resolved = chosen === undefined || chosen === "" ? defaultPath : path.resolve(workingDirectory, chosen);
  if (resolved === undefined)
    throw new UserError(
      "the default data directory cannot be determined",
      `Set ${DATA_DIRECTORY_VARIABLE} to a folder.`,
    );
  return {
    path: resolved,
    suffix: suffixOf(resolved, defaultPath, platform),
    certificates: path.join(resolved, "certificates"),
    history: path.join(resolved, "history"),
    logs: path.join(resolved, "logs"),
    run: path.join(resolved, "run"),
  };
}

function defaultDataDirectory(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, userHome: string): string | undefined {
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"];
    return local === undefined || local === "" ? undefined : win32.join(local, "OutlookOfflineState");
  }
  // The XDG Base Directory Specification requires to ignore a relative path.
  const state = env["XDG_STATE_HOME"];
  if (state !== undefined && posix.isAbsolute(state)) return posix.join(state, "outlook-offline-state");
  return userHome === "" ? undefined : posix.join(userHome, ".local", "state", "outlook-offline-state");
}

/** "" if this user is not in the system's user database, as in containers. */
function homeDirectory(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}

/**
 * The suffix of system-wide names: "" if `path` is the default one, otherwise ".h-" and 16 hexadecimal digits, the FNV-1a 64 hash
 * of the path, in lower case on Windows. The native code computes the same (bridge/native/channel/address.h).
 */
export function suffixOf(path: string, defaultPath: string | undefined, platform: NodeJS.Platform): string {
  const normalize = (given: string): string => (platform === "win32" ? given.toLowerCase() : given);
  if (defaultPath !== undefined && normalize(path) === normalize(defaultPath)) return "";
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(normalize(path), "utf8")) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * FNV_PRIME);
  return `.h-${hash.toString(16).padStart(16, "0")}`;
}

/**
 * Creates the data directory and its folders, accessible only by this user. A chosen directory may contain other files, but it is
 * refused, unchanged, if a folder of another program has one of our names. Throws a UserError.
 */
export function prepareDataDirectory(dataDirectory: DataDirectory): void {
  let folder = dataDirectory.path;
  try {
    createFolder(dataDirectory.path);
    const isOwn = isDataDirectory(dataDirectory) || readdirSync(dataDirectory.path).length === 0;
    if (isDefault(dataDirectory)) makePrivate(dataDirectory.path);
    checkChosenFolder(dataDirectory.path);
    if (!isOwn) checkNamesAreFree(dataDirectory);
    // Before the folders are created: another bridge may start at the same time.
    if (!isDefault(dataDirectory)) writeMarker(dataDirectory);
    for (folder of foldersOf(dataDirectory)) {
      if (!createPrivateFolder(folder) && isOwn) makePrivate(folder);
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (error) {
    const reason = error instanceof FolderError ? error.message : systemErrorMessage(folder, error);
    throw new UserError(
      `cannot use the data directory ${dataDirectory.path}: ${reason}`,
      `Fix that, or set ${DATA_DIRECTORY_VARIABLE} to an empty folder.`,
      { cause: error },
    );
  }
}

function systemErrorMessage(folder: string, error: unknown): string {
  // ENOENT: the parent exists, but no folder can be created in it (/proc).
  const userError = codeOf(error) === "ENOENT" ? undefined : asUserError(error, folder);
  return userError?.message ?? `${folder} is not writable (${codeOf(error) ?? messageOf(error)})`;
}

/** Whether the folders with our names in it are ours. */
export function isDataDirectory(dataDirectory: DataDirectory): boolean {
  return (
    isDefault(dataDirectory) || OWN_FILES.some((files) => files.every((file) => isFile(join(dataDirectory.path, file))))
  );
}

export function removeMarker(dataDirectory: DataDirectory): void {
  rmSync(join(dataDirectory.path, MARKER), { force: true });
}

function writeMarker(dataDirectory: DataDirectory): void {
  const file = join(dataDirectory.path, MARKER);
  try {
    if (!isFile(file)) writeFileSync(file, MARKER_TEXT, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function foldersOf({ certificates, history, logs, run }: DataDirectory): string[] {
  return [certificates, history, logs, run];
}

function isDefault({ suffix }: DataDirectory): boolean {
  return suffix === "";
}

/** Throws a FolderError if a folder of another program has one of our names. */
function checkNamesAreFree(dataDirectory: DataDirectory): void {
  const installed = INSTALLED.map((name) => join(dataDirectory.path, name));
  for (const folder of [...foldersOf(dataDirectory), ...installed]) {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) continue;
    createPrivateFolder(folder);
    const allowed = folder === dataDirectory.run ? AGENT_FILES : new Set<string>();
    if (isPrivate(folder) && readdirSync(folder).every((name) => allowed.has(name))) continue;
    throw new FolderError(`its folder "${basename(folder)}" was not created by this program`);
  }
}

/** Why a folder cannot be used, for the user: "/x is a file". */
class FolderError extends Error {}

/** Creates a folder and its missing parents. Node's own recursive mkdir never returns in /proc. */
function createFolder(folder: string): void {
  const parent = dirname(folder);
  if (parent !== folder) createFolder(parent);
  if (!isFolder(folder)) tryCreate(folder);
}

/** Returns false if it already exists. */
function tryCreate(folder: string): boolean {
  try {
    mkdirSync(folder, { mode: PRIVATE_MODE });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** False if nothing has this name. Throws a FolderError. In this order, because another process may create it at any moment. */
function isFolder(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  const target = statSync(path, { throwIfNoEntry: false });
  if (target?.isDirectory() === true) return true;
  if (target !== undefined) throw new FolderError(`${path} is a file, not a folder`);
  if (entry?.isSymbolicLink() === true) throw new FolderError(`${path} is a link to something that does not exist`);
  return false;
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Throws a FolderError unless `folder` belongs to this user and others cannot write to it. It may be a link of this user or the
 * system. Windows has no such modes; there the ACL of the user profile protects it.
 */
function checkChosenFolder(folder: string): void {
  if (process.geteuid === undefined) return;
  const link = lstatSync(folder);
  if (link.isSymbolicLink() && link.uid !== process.geteuid() && link.uid !== 0)
    throw new FolderError(`${folder} is another user's link`);
  const status = statSync(folder);
  checkOwner(folder, status);
  if ((status.mode & WRITABLE_BY_OTHERS) !== 0)
    throw new FolderError(`other users can write to it (to change that: \`chmod go-w ${folder}\`)`);
}

/** Returns false if it already exists. Throws a FolderError if it is not a folder of this user. */
function createPrivateFolder(folder: string): boolean {
  if (tryCreate(folder)) return true;
  const status = lstatSync(folder);
  if (status.isSymbolicLink()) throw new FolderError(`${folder} is a link; links are not followed`);
  if (!status.isDirectory()) throw new FolderError(`${folder} is a file, not a folder`);
  checkOwner(folder, status);
  return false;
}

function makePrivate(folder: string): void {
  if (!isPrivate(folder)) chmodSync(folder, PRIVATE_MODE);
}

function isPrivate(folder: string): boolean {
  return process.geteuid === undefined || (statSync(folder).mode & ACCESSIBLE_BY_OTHERS) === 0;
}

function checkOwner(folder: string, status: Stats): void {
  if (process.geteuid !== undefined && status.uid !== process.geteuid())
    throw new FolderError(`${folder} belongs to another user`);
}
