/** A lock file in <data directory>/run, held by one process at a time, even if several start at the same moment. */
import { closeSync, constants, existsSync, lstatSync, openSync, rmdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import type { DataDirectory } from "../data-directory.js";
import { asUserError, codeOf, messageOf, UserError } from "../user-error.js";

export const LOCK_FILE = "bridge.lock";

/** Held until it is released or the process ends, however it ends: the operating system holds the lock. */
export interface FileLock {
  release(): void;
}

/** libuv's UV_FS_O_EXLOCK (uv/win.h), which Node passes through: no other process can open the file. Windows only. */
const EXCLUSIVE = 0x10000000;
/** The file is not a SQLite database. Reported only while nobody holds the lock. */
const DAMAGED = /^SQLITE_(?:NOTADB|CORRUPT)/;

/**
 * Undefined while another process holds it. A damaged file is repaired. Rejects with a UserError if something else has the name
 * of the lock file, and with another error if files cannot be locked in that folder.
 */
export async function acquireLock(dataDirectory: DataDirectory, name = LOCK_FILE): Promise<FileLock | undefined> {
  const file = join(dataDirectory.run, name);
  removeObstacle(file);
  try {
    return await tryLock(file);
  } catch (error) {
    if (!DAMAGED.test(codeOf(error) ?? "")) throw error;
    // Truncate rather than replace it: another process may already hold a lock on this file.
    truncateSync(file);
    return tryLock(file);
  }
}

/** Whether a process holds the bridge's lock; undefined if unknown. Acquires it for a moment and writes nothing. */
export async function isLocked(dataDirectory: DataDirectory): Promise<boolean | undefined> {
  const file = join(dataDirectory.run, LOCK_FILE);
  if (!existsSync(file)) return false;
  try {
    const lock = await tryLock(file);
    lock?.release();
    return lock === undefined;
  } catch (error) {
    return DAMAGED.test(codeOf(error) ?? "") ? false : undefined;
  }
}

async function tryLock(file: string): Promise<FileLock | undefined> {
  try {
    return process.platform === "win32" ? lockOnWindows(file) : await lockWithSqlite(file);
  } catch (error) {
    if (/^(?:SQLITE_BUSY|EBUSY)/.test(codeOf(error) ?? "")) return undefined;
    throw error;
  }
}

/** Removes an empty folder or a dangling link in the place of the lock file. Throws a UserError for anything with content. */
function removeObstacle(file: string): void {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) rmdirSync(file);
    else if (found?.isSymbolicLink() === true && !existsSync(file)) rmSync(file, { force: true });
    else if (found !== undefined) closeSync(openSync(file, process.platform === "win32" ? "r" : "r+"));
  } catch (error) {
    // Another process has removed it, or holds the lock (Windows).
    if (["ENOENT", "EBUSY"].includes(codeOf(error) ?? "")) return;
    throw new UserError(
      `cannot use the lock file ${file} (${asUserError(error)?.message ?? messageOf(error)})`,
      "Remove it, then run the command again.",
      { cause: error },
    );
  }
}

function lockOnWindows(file: string): FileLock {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | EXCLUSIVE);
  return {
    release: () => {
      closeSync(descriptor);
    },
  };
}

/** Node has no file locks, but SQLite has. Nothing is ever written to this database. */
async function lockWithSqlite(file: string): Promise<FileLock> {
  const { default: Database } = await import("libsql");
  const database = new Database(file, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
