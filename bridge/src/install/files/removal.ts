/**
 * Removes folders of which something may be in use. Windows deletes no program or library that runs, but lets it be moved:
 * what is in use is moved out of the way, and goes when nobody uses it any more.
 */
import { spawn } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../failure.js";
import { RUN_NAME, RUN_ONCE_KEY } from "../names.js";
import { text, type Registry } from "../registry/registry.js";

/** Removes what it can. Returns the files that are in use. */
export function removeTree(folder: string): string[] {
  try {
    rmSync(folder, { recursive: true, force: true });
    return [];
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return [];
  }
  return removeOneByOne(folder);
}

function removeOneByOne(path: string): string[] {
  // What a link leads to is not ours.
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

export interface MovedAside {
  /** In the folder for temporary files. */
  readonly folder: string;
  /** What is in use, by the paths of before. */
  readonly files: readonly string[];
}

/**
 * Removes `folder` as far as the eye can see: what is in use is moved to the folder for temporary files, on the same
 * disk. Undefined when nothing was in use. Throws when something can neither be removed nor moved.
 */
export function removeOrMove(folder: string): MovedAside | undefined {
  const aside = moveAside(removeTree(folder));
  if (aside !== undefined) rmSync(folder, { recursive: true, force: true });
  return aside;
}

/** Undefined when there are no `files`. Throws when one cannot be moved. */
export function moveAside(files: readonly string[]): MovedAside | undefined {
  if (files.length === 0) return undefined;
  const aside = mkdtempSync(join(tmpdir(), "outlook-offline-state-removed-"));
  for (const [index, file] of files.entries()) {
    const place = join(aside, String(index));
    mkdirSync(place);
    renameSync(file, join(place, "in-use"));
  }
  return { folder: aside, files };
}

/** Has `folder` deleted at the next logon, by Windows' own command, and right after this process when that is what used it. */
export function removeLater(registry: Registry, folder: string, usedByOthers: boolean): void {
  if (process.platform !== "win32") return;
  const remove = `rmdir /s /q "${folder}"`;
  if (usedByOthers) registry.write(RUN_ONCE_KEY, `${RUN_NAME}Removal`, text(`cmd.exe /d /c ${remove}`));
  // Tries again for as long as this process may take to end on a busy machine. It waits by pinging this machine: there
  // is no other way to wait without a window.
  const attempt = (pings: number): string =>
    `(if exist "${folder}" ping -n ${String(pings)} 127.0.0.1 >nul) & ${remove}`;
  const after = [3, 6, 11, 11].map(attempt).join(" & ");
  spawn(join(process.env["SystemRoot"] ?? "C:\\Windows", "System32", "cmd.exe"), ["/d", "/s", "/c", `"${after}"`], {
    detached: true,
    stdio: "ignore",
    windowsHide: true,
    windowsVerbatimArguments: true,
    cwd: tmpdir(),
  }).unref();
}
