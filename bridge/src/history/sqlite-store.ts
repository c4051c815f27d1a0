/** Spans in a SQLite file. */
import type Database from "libsql";
import * as v from "valibot";
import type { HistorySpan } from "../../../shared/src/history.js";
import type { NumberedSpan, Store } from "./store.js";

const FORMAT = 1;
/** How long a lock of another program is waited for, milliseconds; the bridge stands still meanwhile. */
const LOCK_MS = 100;

const row = v.object({
  state: v.picklist(["online", "offline", "unknown"]),
  began: v.number(),
  ended: v.number(),
  reason: v.nullable(
    v.picklist([
      "outlook-not-running",
      "agent-missing",
      "agent-incompatible",
      "agent-untrusted",
      "mapi-missing",
      "open-failed",
      "no-notifications",
      "advise-failed",
      "stopped",
    ]),
  ),
});

/** The file is no database of ours, or not whole. */
export class Damaged extends Error {}

export class SqliteStore implements Store {
  readonly #database: Database.Database;
  readonly #upsert: Database.Statement<[number, string, string | null, number, number]>;

  /** Throws Damaged, or whatever else keeps the file from being used. */
  constructor(open: typeof Database, file: string) {
    this.#database = new open(file, { timeout: LOCK_MS });
    try {
      prepare(this.#database);
      this.#upsert = this.#database.prepare("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?, ?)");
    } catch (thrown) {
      this.#database.close();
      throw damageOf(thrown);
    }
  }

  lastNumber(): number {
    const found = v.parse(
      v.object({ last: v.number() }),
      this.#one("SELECT coalesce(max(number), 0) AS last FROM span"),
    );
    return found.last;
  }

  write(spans: readonly NumberedSpan[]): void {
    guarded(() => {
      this.#database.transaction(() => {
        for (const { number, state, reason, from, to } of spans)
          this.#upsert.run(number, state, reason ?? null, from, to);
      })();
    });
  }

  read(from: number): HistorySpan[] {
    return guarded(() => {
      const statement = "SELECT state, reason, began, ended FROM span WHERE ended > ? ORDER BY number";
      return this.#database
        .prepare(statement)
        .all(from)
        .map((found) => {
          const { state, reason, began, ended } = v.parse(row, found);
          return { state, from: began, to: ended, reason: reason ?? undefined };
        });
    });
  }

  prune(before: number, keep: number): void {
    guarded(() => {
      const tooMany = "number <= (SELECT max(number) FROM span) - ?";
      this.#database.prepare(`DELETE FROM span WHERE ended < ? OR ${tooMany}`).run(before, keep);
    });
  }

  close(): void {
    this.#database.close();
  }

  #one(statement: string): unknown {
    return this.#database.prepare(statement).get();
  }
}

function prepare(database: Database.Database): void {
  const checked = JSON.stringify(database.pragma("quick_check(1)"));
  if (!checked.includes('"ok"')) throw new Damaged(`SQLite found: ${checked.slice(0, 200)}`);
  const format = v.parse(v.object({ user_version: v.number() }), database.prepare("PRAGMA user_version").get());
  if (format.user_version > FORMAT)
    throw new Damaged(`it has format ${String(format.user_version)}, of a later version`);
  // A write costs no wait for the disk; after a power cut the last seconds may be missing, and are then unknown.
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  database.exec(`
    CREATE TABLE IF NOT EXISTS span (
      number INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, began INTEGER NOT NULL, ended INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = ${String(FORMAT)};
  `);
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw damageOf(thrown);
  }
}

/** SQLite's own words for a file that is not one of its own, or broken; a row that does not fit is as bad. */
function damageOf(thrown: unknown): unknown {
  if (thrown instanceof v.ValiError) return new Damaged(thrown.message, { cause: thrown });
  if (!(thrown instanceof Error)) return thrown;
  const text = `${"code" in thrown ? String(thrown.code) : ""} ${thrown.message}`;
  const isDamage = /SQLITE_(CORRUPT|NOTADB)|malformed|not a database|no such column|has \d+ columns/.test(text);
  return isDamage ? new Damaged(thrown.message, { cause: thrown }) : thrown;
}
