/** <home>/run/bridge.lock: one process of a home at a time holds it, also when several start at the same instant. */
import { join } from "node:path";
import { codeOf } from "../failure.js";
import type { Home } from "../home/home.js";

export const LOCK_FILE = "bridge.lock";

/** Held until it is released or the process has ended, however it ended: the operating system holds it, not the file. */
export interface HomeLock {
  release(): void;
}

/** Undefined while another process holds it. Rejects when the file cannot be locked at all. */
export async function takeLock(home: Home): Promise<HomeLock | undefined> {
  // SQLite knows how to lock a file on every system. Nothing is ever written into this one.
  const { default: open } = await import("libsql");
  const database = new open(join(home.run, LOCK_FILE), { timeout: 0 });
  try {
    database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
  } catch (thrown) {
    database.close();
    if (codeOf(thrown)?.startsWith("SQLITE_BUSY") === true) return undefined;
    throw thrown;
  }
  return {
    release: () => {
      database.close();
    },
  };
}
