/** <home>/run/bridge.lock: one process of a home at a time holds it, also when several start at the same instant. */
import { closeSync, constants, existsSync, lstatSync, openSync, rmdirSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { asFailure, codeOf, describe, Failure } from "../failure.js";
import type { Home } from "../home/home.js";

export const LOCK_FILE = "bridge.lock";

/** Held until it is released or the process has ended, however it ended: the operating system holds it, not the file. */
export interface HomeLock {
  release(): void;
}

/** libuv's UV_FS_O_EXLOCK (uv/win.h), which Node passes on to it: nobody else can open the file. On Windows alone. */
const EXCLUSIVE = 0x10000000;
/** What is in the file is not SQLite's. Reported only while nobody holds the lock. */
const DAMAGED = /^SQLITE_(?:NOTADB|CORRUPT)/;

/**
 * Undefined while another process holds it. A damaged file is repaired. Rejects with a Failure when something is in the way, and
 * with another error when files cannot be locked there at all.
 */
export async function takeLock(home: Home, name = LOCK_FILE): Promise<HomeLock | undefined> {
  const file = join(home.run, name);
  clearWay(file);
  try {
    return await tryLock(file);
  } catch (thrown) {
    if (!DAMAGED.test(codeOf(thrown) ?? "")) throw thrown;
    // In place: a new file would be another lock than the one that another start may hold by now.
    truncateSync(file);
    return tryLock(file);
  }
}

/** Whether a process holds it; undefined when that cannot be found out. Takes it for an instant, and writes nothing. */
export async function isLocked(home: Home): Promise<boolean | undefined> {
  const file = join(home.run, LOCK_FILE);
  if (!existsSync(file)) return false;
  try {
    const lock = await tryLock(file);
    lock?.release();
    return lock === undefined;
  } catch (thrown) {
    return DAMAGED.test(codeOf(thrown) ?? "") ? false : undefined;
  }
}

async function tryLock(file: string): Promise<HomeLock | undefined> {
  try {
    return process.platform === "win32" ? openAlone(file) : await lock(file);
  } catch (thrown) {
    if (/^(?:SQLITE_BUSY|EBUSY)/.test(codeOf(thrown) ?? "")) return undefined;
    throw thrown;
  }
}

/** Removes an empty folder or a link that leads nowhere from the lock's place. Throws a Failure for what may hold something. */
function clearWay(file: string): void {
  try {
    const found = lstatSync(file, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) rmdirSync(file);
    else if (found?.isSymbolicLink() === true && !existsSync(file)) rmSync(file, { force: true });
    else if (found !== undefined) closeSync(openSync(file, process.platform === "win32" ? "r" : "r+"));
  } catch (thrown) {
    // Another start was faster, or holds it (Windows).
    if (["ENOENT", "EBUSY"].includes(codeOf(thrown) ?? "")) return;
    throw new Failure(
      `the lock ${file} cannot be used (${asFailure(thrown)?.message ?? describe(thrown)})`,
      "Remove it, then run the command again.",
      { cause: thrown },
    );
  }
}

function openAlone(file: string): HomeLock {
  const descriptor = openSync(file, constants.O_RDWR | constants.O_CREAT | EXCLUSIVE);
  return {
    release: () => {
      closeSync(descriptor);
    },
  };
}

/** By SQLite, because Node locks no files: nothing is ever written into this one. */
async function lock(file: string): Promise<HomeLock> {
  const { default: open } = await import("libsql");
  const database = new open(file, { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (thrown) {
    database.close();
    throw thrown;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
