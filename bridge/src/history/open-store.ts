/** Opens the history's file whatever state it is in: what cannot be used is set aside, and nothing stops. */
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe } from "../failure.js";
import type { Log } from "../log/log.js";
import { Damaged, SqliteStore } from "./sqlite-store.js";
import { MemoryStore, type Store } from "./store.js";

export const HISTORY_FILE = "history.db";
/** The last damaged file, kept for whoever wants to rescue it. */
export const DAMAGED_FILE = "history.damaged.db";

/** `folder` is <home>/history. Never throws; `tell` gets a sentence for a person when the file is not used. */
export async function openStore(folder: string, log: Log, tell: (sentence: string) => void): Promise<Store> {
  const file = join(folder, HISTORY_FILE);
  try {
    // Loaded here: where its binary is missing there is no history on disk, and everything else works.
    const { default: open } = await import("libsql");
    try {
      return new SqliteStore(open, file);
    } catch (thrown) {
      if (!(thrown instanceof Damaged)) throw thrown;
      setAside(folder);
      log.error({ err: thrown }, "the history was damaged");
      tell(`The history was damaged (${describe(thrown)}). It was set aside as ${join(folder, DAMAGED_FILE)}.`);
      return new SqliteStore(open, file);
    }
  } catch (thrown) {
    log.error({ err: thrown }, "the history cannot be kept on disk");
    tell(`The history in ${file} cannot be used (${describe(thrown)}). It is kept in memory until the bridge stops.`);
    return new MemoryStore();
  }
}

function setAside(folder: string): void {
  const file = join(folder, HISTORY_FILE);
  rmSync(join(folder, DAMAGED_FILE), { force: true });
  renameSync(file, join(folder, DAMAGED_FILE));
  for (const companion of ["-wal", "-shm"]) rmSync(`${file}${companion}`, { force: true });
}
