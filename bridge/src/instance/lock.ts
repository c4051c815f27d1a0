/** <home>/run/bridge.lock: one process of a home at a time holds it, also when several start at the same instant. */
import { closeSync, constants, openSync } from "node:fs";
import { join } from "node:path";
import { codeOf } from "../failure.js";
import type { Home } from "../home/home.js";

export const LOCK_FILE = "bridge.lock";

/** Held until it is released or the process has ended, however it ended: the operating system holds it, not the file. */
export interface HomeLock {
  release(): void;
}

/** libuv's UV_FS_O_EXLOCK (uv/win.h), which Node passes on to it: nobody else can open the file. On Windows alone. */
const EXCLUSIVE = 0x10000000;

/** Undefined while another process holds it. Rejects when the file cannot be locked at all. */
export async function takeLock(home: Home): Promise<HomeLock | undefined> {
  const file = join(home.run, LOCK_FILE);
  try {
    return process.platform === "win32" ? openAlone(file) : await lock(file);
  } catch (thrown) {
    if (/^(?:SQLITE_BUSY|EBUSY)/.test(codeOf(thrown) ?? "")) return undefined;
    throw thrown;
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
