/** The home: the one folder under which everything lies that a run writes. */
import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { posix, win32 } from "node:path";
import { codeOf, describe, Failure } from "../failure.js";
import { identityOf } from "./identity.js";
import { makeFolder, makePrivate } from "./private-folder.js";

/** The environment variable that names the home. */
export const HOME_VARIABLE = "OUTLOOK_OFFLINE_STATE_HOME";

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
  const standard = defaultHome(env, platform, surroundings.userHome ?? homedir());
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

/** Makes the home and its folders, for this user alone. Throws a Failure naming the folder that cannot be used. */
export function prepareHome(home: Home): void {
  const parts = [home.certificates, home.history, home.logs, home.run];
  for (const folder of [home.path, ...parts]) {
    try {
      makeFolder(folder);
      makePrivate(folder, folder === home.path ? parts : undefined);
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (thrown) {
      throw new Failure(
        `the home ${home.path} cannot be used: ${folder} is not writable (${codeOf(thrown) ?? describe(thrown)})`,
        `Make it a folder that you may write, or set ${HOME_VARIABLE} to another one.`,
        { cause: thrown },
      );
    }
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
