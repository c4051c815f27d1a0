/** Spans in a SQLite file. */
import type Database from "libsql";
import * as v from "valibot";
import type { HistorySpan } from "../../../shared/src/history.js";
import type { NumberedSpan, Store } from "./store.js";

const FORMAT = 1;
const TABLE = `
  CREATE TABLE IF NOT EXISTS span (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, began INTEGER NOT NULL, ended INTEGER NOT NULL
  ) STRICT`;
/** The last day is found without reading the whole month. */
const INDEX = "CREATE INDEX IF NOT EXISTS span_ended ON span (ended)";
/**
 * In the order of the table itself, so that nothing is sorted; a clock that was set may have left ends out of order. The
 * first of them is found by the index: without the plus sign SQLite would look for it from the oldest row on. One text
 * of JSON, because libsql takes several times as long to hand over the rows one by one.
 */
const READ = `
  SELECT json_group_array(json_array(state, reason, began, ended)) AS rows FROM (
    SELECT state, reason, began, ended FROM span
    WHERE number >= (SELECT min(+number) FROM span WHERE ended > ?1) AND ended > ?1 ORDER BY number)`;
/** How long a lock of another program is waited for, milliseconds; the bridge stands still meanwhile. */
const LOCK_MS = 100;

const STATES = ["online", "offline", "unknown"] as const;
const REASONS = [
  "outlook-not-running",
  "agent-missing",
  "agent-incompatible",
  "agent-untrusted",
  "mapi-missing",
  "open-failed",
  "no-notifications",
  "advise-failed",
  "stopped",
] as const;

/** The file is no database of ours, or not whole. */
export class Damaged extends Error {}

export class SqliteStore implements Store {
  readonly #database: Database.Database;
  readonly #upsert: Database.Statement<[number, string, string | null, number, number]>;
  readonly #read: Database.Statement<[number]>;
  readonly #prune: Database.Statement<[number, number]>;

  /** Throws Damaged, or whatever else keeps the file from being used. */
  constructor(open: typeof Database, file: string) {
    const database = new open(file, { timeout: LOCK_MS });
    try {
      prepare(database);
      this.#upsert = database.prepare("INSERT OR REPLACE INTO span VALUES (?, ?, ?, ?, ?)");
      this.#read = database.prepare(READ);
      this.#prune = database.prepare(
        "DELETE FROM span WHERE ended < ? OR number <= (SELECT max(number) FROM span) - ?",
      );
    } catch (thrown) {
      database.close();
      throw damageOf(thrown);
    }
    this.#database = database;
  }

  lastNumber(): number {
    return guarded(() => {
      const found = this.#database.prepare("SELECT coalesce(max(number), 0) AS last FROM span").get();
      return v.parse(v.object({ last: v.number() }), found).last;
    });
  }

  write(spans: readonly NumberedSpan[]): void {
    const upsert = (): void => {
      for (const { number, state, reason, from, to } of spans)
        this.#upsert.run(number, state, reason ?? null, from, to);
    };
    guarded(() => {
      // One statement is a transaction of its own.
      if (spans.length === 1) upsert();
      else this.#database.transaction(upsert)();
    });
  }

  read(from: number): HistorySpan[] {
    return guarded(() => {
      const { rows } = v.parse(v.object({ rows: v.string() }), this.#read.get(from));
      const found: unknown = JSON.parse(rows);
      if (!Array.isArray(found)) throw new Damaged("its rows are no list");
      return found.map(spanOf);
    });
  }

  prune(before: number, keep: number): void {
    guarded(() => {
      this.#prune.run(before, keep);
    });
  }

  close(): void {
    try {
      // What is in the write-ahead log goes into the file itself, which may then be copied or moved alone.
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.#database.close();
    }
  }
}

/** By hand, because there may be a hundred thousand. Throws Damaged. */
function spanOf(row: unknown): HistorySpan {
  if (Array.isArray(row)) {
    const values: readonly unknown[] = row;
    const [told, why, from, to] = values;
    const state = STATES.find((one) => one === told);
    const reason = REASONS.find((one) => one === why);
    if (state !== undefined && (why === null || reason !== undefined) && isTime(from) && isTime(to))
      return { state, from, to, reason };
  }
  throw new Damaged(`it holds a row that is none: ${JSON.stringify(row)}`);
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/**
 * Makes sure that the file is a whole database of ours. By `exec` alone: libsql keeps a file open, whatever `close` is
 * told, until the prepared statements of its connection are collected, and Windows renames no open file.
 */
function prepare(database: Database.Database): void {
  must(database, "SELECT NOT EXISTS (SELECT 1 FROM pragma_quick_check WHERE quick_check <> 'ok')", "it is damaged");
  must(database, `SELECT user_version <= ${FORMAT} FROM pragma_user_version`, "it was written by a later version");
  // A write costs no wait for the disk; after a power cut the last seconds may be missing, and are then unknown.
  database.exec(
    `PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${TABLE}; ${INDEX}; PRAGMA user_version = ${FORMAT}`,
  );
  must(
    database,
    "SELECT group_concat(name) = 'number,state,reason,began,ended' FROM pragma_table_info('span')",
    "its table is not ours",
  );
}

/** Throws Damaged unless the query gives 1. SQLite raises an error for the smallest number's absolute value. */
function must(database: Database.Database, query: string, otherwise: string): void {
  try {
    database.exec(`SELECT CASE WHEN (${query}) THEN 1 ELSE abs(-9223372036854775808) END`);
  } catch (thrown) {
    throw thrown instanceof Error && thrown.message.includes("integer overflow") ? new Damaged(otherwise) : thrown;
  }
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
  if (thrown instanceof v.ValiError || thrown instanceof SyntaxError)
    return new Damaged(thrown.message, { cause: thrown });
  if (!(thrown instanceof Error)) return thrown;
  const text = `${"code" in thrown ? String(thrown.code) : ""} ${thrown.message}`;
  const isDamage = /SQLITE_(CORRUPT|NOTADB)|malformed|not a database|no such column|has \d+ columns/.test(text);
  return isDamage ? new Damaged(thrown.message, { cause: thrown }) : thrown;
}
