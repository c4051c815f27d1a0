/** The data directory: the one folder under which everything lies that a run writes. */
import { accessSync, constants, lstatSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join, posix, win32 } from "node:path";
import { asFailure, codeOf, describe, Failure } from "../failure.js";
import { identityOf } from "./identity.js";
import { checkShared, closeToOthers, isPrivate, makeFolder, makePrivate, Obstacle } from "./private-folder.js";

/** The environment variable that names the home. */
export const HOME_VARIABLE = "OUTLOOK_OFFLINE_STATE_HOME";

/** In a folder that a person has chosen: it says that `certificates`, `run` and so on in it are ours, to be removed one day. */
const MARKER = ".outlook-offline-state";
const MARKER_TEXT = `This is a data directory of Outlook Offline State. It keeps certificates, history, logs and run here.\n`;
/** What versions without the marker have left in theirs, all files of one line; an administrator puts certificates there first. */
const TRACES = [
  [MARKER],
  ["certificates/ca.crt", "certificates/localhost.crt", "certificates/localhost.key"],
  ["run/bridge.lock"],
  ["run/bridge.json"],
];
/** What an agent may have made before any bridge ran. */
const AGENT_FILES = new Set(["agent.sock"]);
/** Made by `install`, and removed with everything in them. */
const INSTALLED = ["app", "manifest", "sideload"];

export interface Home {
  /** Absolute. */
  readonly path: string;
  /** "" for the default home, else what sets this home's system-wide names apart from those of others. */
  readonly suffix: string;
  readonly certificates: string;
  readonly history: string;
  readonly logs: string;
  /** Sockets, locks and the record of the running bridge. */
  readonly run: string;
}

export interface HomeSurroundings {
  readonly env?: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  readonly userHome?: string;
  readonly workingDirectory?: string;
}

/** Finds out where the home is, and writes nothing. Throws a Failure when no place for it is known. */
export function resolveHome(surroundings: HomeSurroundings = {}): Home {
  const { env = process.env, platform = process.platform, workingDirectory = process.cwd() } = surroundings;
  const path = platform === "win32" ? win32 : posix;
  const standard = defaultHome(env, platform, surroundings.userHome ?? ownFolder());
  const wanted = env[HOME_VARIABLE];
  const chosen = wanted === undefined || wanted === "" ? standard : path.resolve(workingDirectory, wanted);
  if (chosen === undefined) {
    throw new Failure("no folder for the state of Outlook Offline State is known", `Set ${HOME_VARIABLE} to a folder.`);
  }
  return {
    path: chosen,
    suffix: identityOf(chosen, standard, platform),
    certificates: path.join(chosen, "certificates"),
    history: path.join(chosen, "history"),
    logs: path.join(chosen, "logs"),
    run: path.join(chosen, "run"),
  };
}

/**
 * Makes the data directory and its folders, for this user alone. A chosen directory may hold other things; but what lies there by
 * the name of one of our folders and is not ours is left as it is, and the directory refused. Throws a Failure that says why.
 */
export function prepareHome(home: Home): void {
  let folder = home.path;
  try {
    makeFolder(home.path);
    const isOurs = isDataDirectory(home) || readdirSync(home.path).length === 0;
    if (isDefault(home)) closeToOthers(home.path);
    checkShared(home.path);
    if (!isOurs) refuseForeign(home);
    // At once: several bridges may start at the same time.
    if (!isDefault(home)) mark(home);
    for (folder of partsOf(home)) {
      if (!makePrivate(folder) && isOurs) closeToOthers(folder);
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    }
  } catch (thrown) {
    const why = thrown instanceof Obstacle ? thrown.message : systemError(folder, thrown);
    throw new Failure(
      `the data directory ${home.path} cannot be used: ${why}`,
      `Correct that, or set ${HOME_VARIABLE} to an empty folder of yours.`,
      { cause: thrown },
    );
  }
}

function systemError(folder: string, thrown: unknown): string {
  // ENOENT: the parent exists, but nothing can be made in it (/proc).
  const failure = codeOf(thrown) === "ENOENT" ? undefined : asFailure(thrown, folder);
  return failure?.message ?? `${folder} is not writable (${codeOf(thrown) ?? describe(thrown)})`;
}

/** Whether what lies in `home` by our names is ours. The default one is, by its name. */
export function isDataDirectory(home: Home): boolean {
  return isDefault(home) || TRACES.some((files) => files.every((file) => isFile(join(home.path, file))));
}

/** Forgets that `home` is ours. */
export function unmark(home: Home): void {
  rmSync(join(home.path, MARKER), { force: true });
}

function partsOf(home: Home): string[] {
  return [home.certificates, home.history, home.logs, home.run];
}

function isDefault({ suffix }: Home): boolean {
  return suffix === "";
}

/** Throws an Obstacle when a folder that somebody else has made has a name that we need. */
function refuseForeign(home: Home): void {
  for (const folder of [...partsOf(home), ...INSTALLED.map((name) => join(home.path, name))]) {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) continue;
    makePrivate(folder);
    const files = folder === home.run ? AGENT_FILES : new Set<string>();
    if (isPrivate(folder) && readdirSync(folder).every((name) => files.has(name))) continue;
    throw new Obstacle(`it holds a folder "${basename(folder)}" that this program has not made`);
  }
}

function mark(home: Home): void {
  const file = join(home.path, MARKER);
  try {
    if (!isFile(file)) writeFileSync(file, MARKER_TEXT, { mode: 0o600, flag: "wx" });
  } catch (thrown) {
    if (codeOf(thrown) !== "EEXIST") throw thrown;
  }
}

function isFile(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch {
    return false;
  }
}

/** "" where the system does not know this user, as in containers. */
function ownFolder(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}

function defaultHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, userHome: string): string | undefined {
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"];
    return local === undefined || local === "" ? undefined : win32.join(local, "OutlookOfflineState");
  }
  // A relative XDG_STATE_HOME is to be ignored (XDG Base Directory Specification).
  const state = env["XDG_STATE_HOME"];
  if (state !== undefined && posix.isAbsolute(state)) return posix.join(state, "outlook-offline-state");
  return userHome === "" ? undefined : posix.join(userHome, ".local", "state", "outlook-offline-state");
}
