/**
 * Removes files, some of which may be in use. Windows does not delete a running program or a loaded library, but allows moving it:
 * such files are moved to the folder for temporary files and deleted later.
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { isDataDirectory, removeMarker, type DataDirectory } from "../data-directory.js";
import { codeOf } from "../user-error.js";
import { INVENTORY } from "./inventory.js";
import { RUN_NAME, RUN_ONCE_KEY } from "./paths.js";
import { installFileOf } from "./record.js";
import { text, type Registry } from "./registry.js";

/** Removes as much of `folder` as possible. Returns the files that are in use. */
export function removeTree(folder: string): string[] {
  try {
    rmSync(folder, { recursive: true, force: true });
    return [];
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
  }
  return removeOneByOne(folder);
}

function removeOneByOne(path: string): string[] {
  // lstat: never follow a link out of the folder.
  if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true) {
    const left = readdirSync(path).flatMap((name) => removeOneByOne(join(path, name)));
    if (left.length > 0) return left;
  }
  try {
    rmSync(path, { recursive: true, force: true });
    return [];
  } catch {
    return [path];
  }
}

export function removeIfEmptyFolder(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}

export interface MovedFiles {
  /** Where they are now, in the folder for temporary files. */
  readonly folder: string;
  /** Their previous paths. */
  readonly files: readonly string[];
}

/**
 * Removes `folder`; files in use are moved to the folder for temporary files, which is on the same disk. Returns undefined if nothing
 * was in use. Throws if a file can be neither removed nor moved.
 */
export function removeOrMove(folder: string): MovedFiles | undefined {
  const moved = moveToTemp(removeTree(folder));
  if (moved !== undefined) rmSync(folder, { recursive: true, force: true });
  return moved;
}

/** Returns undefined if `files` is empty. Throws if one cannot be moved. */
export function moveToTemp(files: readonly string[]): MovedFiles | undefined {
  if (files.length === 0) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "outlook-offline-state-removed-"));
  for (const [index, file] of files.entries()) {
    const target = join(folder, String(index));
    mkdirSync(target);
    renameSync(file, join(target, "in-use"));
  }
  return { folder, files };
}

/**
 * Deletes `folder` right after this process has exited and, if `usedByOthers`, again at the next logon. Both use cmd.exe, because no
 * program of ours exists any more by then.
 */
export function removeLater(registry: Registry, folder: string, usedByOthers: boolean): void {
  if (process.platform !== "win32") return;
  const remove = `rmdir /s /q "${folder}"`;
  if (usedByOthers) registry.write(RUN_ONCE_KEY, `${RUN_NAME}Removal`, text(`cmd.exe /d /c ${remove}`));
  // Retry, because on a busy machine this process may take a minute to exit. ping is the only way to wait without a console window.
  const attempt = (pings: number): string =>
    `(if exist "${folder}" ping -n ${String(pings)} 127.0.0.1 >nul) & ${remove}`;
  const attempts = [3, 6, 11, 31, 61].map(attempt).join(" & ");
  spawn(join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "cmd.exe"), ["/d", "/s", "/c", `"${attempts}"`], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    windowsVerbatimArguments: true,
    cwd: tmpdir(),
  }).unref();
}

/**
 * Removes what the bridge and an installation have written, by name, because the user may keep other files in that folder. Call it
 * last: the log is in there. Does nothing if the folder is not a data directory. Returns the files that could not be removed.
 */
export function removeDataDirectory(dataDirectory: DataDirectory, keepHistory = false): string[] {
  if (!isDataDirectory(dataDirectory)) return [];
  const { certificates, logs, run, history } = dataDirectory;
  const left = [certificates, logs, run, ...(keepHistory ? [] : [history])].flatMap((folder) => removeTree(folder));
  const installFile = installFileOf(dataDirectory);
  for (const file of [installFile, `${installFile}.new`, join(dataDirectory.path, INVENTORY)])
    rmSync(file, { force: true });
  if (!keepHistory && left.length === 0) removeMarker(dataDirectory);
  removeIfEmptyFolder(dataDirectory.path);
  return left;
}

/** What is still in the data directory, for the user. */
export function remainingFiles({ path }: DataDirectory): string[] {
  return existsSync(path) ? readdirSync(path).map((name) => join(basename(path), name)) : [];
}
