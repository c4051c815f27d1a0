/** The files of the history: the database, the spans that could not be written to it, and damaged databases. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Database from "libsql";
import * as v from "valibot";
import { codeOf, messageOf } from "../user-error.js";
import type { Log } from "../log/log.js";
import { Damaged, SqliteStore } from "./sqlite-store.js";
import type { DurableStore, NumberedSpan, StoredSpan, Stretch } from "./store.js";

export const HISTORY_FILE = "history.db";
/** The newest file that was set aside because it was damaged, so that it can be recovered by hand. */
export const DAMAGED_FILE = "history.damaged.db";
/** Older ones; one more is deleted. */
const OLDER_DAMAGED_FILES = ["history.damaged.1.db", "history.damaged.2.db"];
/** Spans that could not be written to the database, for the next start. */
export const UNWRITTEN_FILE = "history.unwritten.json";
/** Least time between two attempts to open the file, milliseconds: each attempt waits for the lock. */
const RETRY_MS = 1000;
/** SQLite keeps these beside a database; the first one may hold the newest changes. */
const COMPANIONS = ["-wal", "-shm"];

const time = v.pipe(v.number(), v.safeInteger());
const unwrittenSpans = v.array(v.object({ state: v.string(), reason: v.optional(v.string()), from: time, to: time }));

/**
 * `folder` is the data directory's history folder. Never throws: a file that cannot be used now is tried again with each call, and
 * a damaged one is set aside. `print` receives a sentence for the user if the file is damaged or cannot be used.
 */
export async function openStore(folder: string, log: Log, print: (sentence: string) => void): Promise<DurableStore> {
  // Imported here, so that the bridge works without a history if the binary is missing.
  const library = await import("libsql").then(
    ({ default: open }) => open,
    (error: unknown) => asError(error),
  );
  const store = new FileStore(folder, library, log);
  try {
    const damage = store.open();
    if (damage !== undefined)
      print(`The history was damaged (${damage.message}). It was set aside as ${join(folder, DAMAGED_FILE)}.`);
  } catch (error) {
    log.error({ err: error }, "the history cannot be used");
    const file = join(folder, HISTORY_FILE);
    print(`The history ${file} cannot be used now (${messageOf(error)}). Changes are kept and written to it later.`);
  }
  return store;
}

class FileStore implements DurableStore {
  readonly unwritten: readonly StoredSpan[];
  readonly #folder: string;
  readonly #library: typeof Database | Error;
  readonly #log: Log;
  #store: SqliteStore | undefined;
  /** Why the file could not be opened, and when it may be tried again by the monotonic clock. */
  #failure: { readonly error: unknown; readonly retryAt: number } | undefined;

  constructor(folder: string, library: typeof Database | Error, log: Log) {
    this.#folder = folder;
    this.#library = library;
    this.#log = log;
    this.unwritten = this.#readUnwritten();
  }

  get base(): number {
    return this.#store?.base ?? 0;
  }

  /** Opens the file. Returns the damage if it was damaged and a new file was begun. Throws if it cannot be used. */
  open(): Damaged | undefined {
    if (this.#library instanceof Error) throw this.#library;
    const file = join(this.#folder, HISTORY_FILE);
    try {
      this.#store = new SqliteStore(this.#library, file);
      return undefined;
    } catch (error) {
      if (!(error instanceof Damaged)) throw error;
      setAside(this.#folder);
      this.#log.error({ err: error, file: DAMAGED_FILE }, "the history was damaged, and was set aside");
      this.#store = new SqliteStore(this.#library, file);
      return error;
    }
  }

  write(spans: readonly NumberedSpan[]): void {
    this.#use((store) => {
      store.write(spans);
    });
  }

  stretches(): readonly Stretch[] {
    return this.#use((store) => store.stretches());
  }

  read(first: number, last: number, limit: number): NumberedSpan[] {
    return this.#use((store) => store.read(first, last, limit));
  }

  firstAfter(first: number, last: number, time: number): number | undefined {
    return this.#use((store) => store.firstAfter(first, last, time));
  }

  prune(now: number, keepMs: number, keepSpans: number, limit: number): boolean {
    return this.#use((store) => store.prune(now, keepMs, keepSpans, limit));
  }

  keepUnwritten(spans: readonly StoredSpan[]): void {
    const file = join(this.#folder, UNWRITTEN_FILE);
    if (spans.length === 0) {
      rmSync(file, { force: true });
      return;
    }
    const kept = spans.map(({ state, reason, from, to }) => ({ state, reason, from, to }));
    writeFileSync(`${file}.new`, JSON.stringify(kept), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }

  close(): void {
    const store = this.#store;
    this.#store = undefined;
    store?.close();
  }

  #use<Result>(work: (store: SqliteStore) => Result): Result {
    const store = this.#opened();
    try {
      return work(store);
    } catch (error) {
      if (error instanceof Damaged) {
        // The next call opens it again and sets it aside.
        try {
          this.close();
        } catch {
          // It is damaged, so nothing more can be written to it.
        }
      }
      throw error;
    }
  }

  #opened(): SqliteStore {
    if (this.#store !== undefined) return this.#store;
    if (this.#failure !== undefined && performance.now() < this.#failure.retryAt) throw this.#failure.error;
    try {
      this.open();
    } catch (error) {
      this.#failure = { error, retryAt: performance.now() + RETRY_MS };
      throw error;
    }
    return this.#opened();
  }

  #readUnwritten(): readonly StoredSpan[] {
    const file = join(this.#folder, UNWRITTEN_FILE);
    let text: string;
    try {
      text = readFileSync(file, "utf8");
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#log.error({ err: error }, "unwritten changes could not be read");
      return [];
    }
    try {
      return v.parse(unwrittenSpans, JSON.parse(text));
    } catch (error) {
      this.#log.error({ err: error }, "unwritten changes are damaged and were set aside");
    }
    try {
      renameSync(file, `${file}.damaged`);
    } catch (error) {
      this.#log.error({ err: error }, "damaged unwritten changes could not be set aside");
    }
    return [];
  }
}

/** Renames the database and its companion files. */
function setAside(folder: string): void {
  const names = [HISTORY_FILE, DAMAGED_FILE, ...OLDER_DAMAGED_FILES];
  for (let place = names.length - 1; place > 0; place -= 1) {
    const from = join(folder, names[place - 1] ?? "");
    const to = join(folder, names[place] ?? "");
    if (!existsSync(from)) continue;
    for (const companion of COMPANIONS) {
      rmSync(`${to}${companion}`, { force: true });
      if (existsSync(`${from}${companion}`)) renameSync(`${from}${companion}`, `${to}${companion}`);
    }
    renameSync(from, to);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(messageOf(error));
}
