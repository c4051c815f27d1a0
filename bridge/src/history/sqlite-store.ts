/** Spans in a SQLite file. */
import type Database from "libsql";
import * as v from "valibot";
import { addToStretches, type NumberedSpan, type Store, type Stretch } from "./store.js";
import { expiredUpTo } from "./timeline.js";

const FORMAT = 1;
const TABLE = `
  CREATE TABLE IF NOT EXISTS span (
    number INTEGER PRIMARY KEY, state TEXT NOT NULL, reason TEXT, began INTEGER NOT NULL, ended INTEGER NOT NULL
  ) STRICT`;
/** Finds a time without reading all rows. */
const INDEX = "CREATE INDEX IF NOT EXISTS span_ended ON span (ended)";
/** Rows as one text of JSON, because libsql takes several times as long to return them one by one. */
const READ = `
  SELECT json_group_array(json_array(number, state, reason, began, ended)) AS rows FROM (
    SELECT number, state, reason, began, ended FROM span
    WHERE number BETWEEN ? AND ? ORDER BY number LIMIT ?)`;
// The plus sign keeps SQLite from reading and sorting all of the stretch.
const FIRST_AFTER = `
  SELECT number AS found FROM span WHERE ended > ?3 AND +number BETWEEN ?1 AND ?2 ORDER BY ended, number LIMIT 1`;
const LAST_BEFORE = `
  SELECT number AS found FROM span WHERE ended < ?3 AND +number BETWEEN ?1 AND ?2 ORDER BY ended DESC, number DESC LIMIT 1`;
/** Rows that are no spans are in no stretch: they must not hide the others. */
const VALID = `
  typeof(state) = 'text' AND typeof(reason) IN ('text', 'null') AND typeof(began) = 'integer' AND typeof(ended) = 'integer'
  AND began >= 0 AND ended BETWEEN began AND 9007199254740991`;
/** The spans that do not begin where the one before them ended, and those that do not end where the one after them began. */
const STRETCHES = `
  WITH valid AS (SELECT number, began, ended FROM span WHERE ${VALID})
  SELECT
    (SELECT json_group_array(json_array(number, began)) FROM (
      SELECT valid.number, valid.began FROM valid LEFT JOIN valid AS other ON other.number = valid.number - 1
      WHERE other.ended IS NOT valid.began ORDER BY valid.number)) AS begins,
    (SELECT json_group_array(json_array(number, ended)) FROM (
      SELECT valid.number, valid.ended FROM valid LEFT JOIN valid AS other ON other.number = valid.number + 1
      WHERE other.began IS NOT valid.ended ORDER BY valid.number)) AS ends`;
/** How long to wait for a lock of another program, milliseconds. The bridge stands still meanwhile, and can try again later. */
const LOCK_MS = 20;

/** Two columns of a row in which a stretch begins or ends. */
const edges = v.array(v.tuple([v.number(), v.number()]));

/** The file is not a database of ours, or it is damaged. */
export class Damaged extends Error {}

export class SqliteStore implements Store {
  readonly base: number;
  readonly #database: Database.Database;
  readonly #upsert: Database.Statement<[number, string, string | null, number, number]>;
  readonly #read: Database.Statement<[number, number, number]>;
  readonly #firstAfter: Database.Statement<[number, number, number]>;
  #stretches: Stretch[] = [];

  /** Throws Damaged, or whatever else keeps the file from being used. */
  constructor(open: typeof Database, file: string) {
    const database = new open(file, { timeout: LOCK_MS });
    try {
      prepare(database);
      this.#upsert = database.prepare(
        "INSERT OR REPLACE INTO span (number, state, reason, began, ended) VALUES (?, ?, ?, ?, ?)",
      );
      this.#read = database.prepare(READ);
      this.#firstAfter = database.prepare(FIRST_AFTER);
      this.#database = database;
      this.base = foundBy(database.prepare("SELECT coalesce(max(number), 0) AS found FROM span").get()) ?? 0;
      this.#stretches = this.#findStretches();
    } catch (error) {
      database.close();
      throw damageOf(error);
    }
  }

  write(spans: readonly NumberedSpan[]): void {
    const stored = spans.map((span) => ({ ...span, number: this.base + span.number }));
    const upsert = (): void => {
      for (const { number, state, reason, from, to } of stored)
        this.#upsert.run(number, state, reason ?? null, from, to);
    };
    // One statement is a transaction of its own.
    if (stored.length === 1) guarded(upsert);
    else this.#inTransaction(upsert);
    for (const span of stored) addToStretches(this.#stretches, span);
  }

  stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  read(first: number, last: number, limit: number): NumberedSpan[] {
    return guarded(() => {
      const { rows } = v.parse(v.object({ rows: v.string() }), this.#read.get(first, last, limit));
      const found: unknown = JSON.parse(rows);
      return Array.isArray(found) ? found.map(spanOf) : [];
    });
  }

  firstAfter(first: number, last: number, time: number): number | undefined {
    return guarded(() => foundBy(this.#firstAfter.get(first, last, time)));
  }

  prune(now: number, keepMs: number, keepSpans: number, limit: number): boolean {
    const [oldest] = this.#stretches;
    const newest = this.#stretches.at(-1);
    if (oldest === undefined || newest === undefined) return false;
    return guarded(() => {
      const { upTo, next } = expiredUpTo(this.#stretches, now, keepMs);
      const partly =
        next && foundBy(this.#database.prepare(LAST_BEFORE).get(next.stretch.first, next.stretch.last, next.before));
      const last = Math.max(upTo, partly ?? 0, newest.last - keepSpans);
      if (last < oldest.first) return false;
      const deleted = Math.min(last, oldest.first + limit - 1);
      this.#database.prepare("DELETE FROM span WHERE number <= ?").run(deleted);
      this.#forgetStretches(deleted);
      return deleted < last;
    });
  }

  close(): void {
    try {
      // Moves the write-ahead log into the file, which can then be copied or moved alone.
      this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } finally {
      this.#database.close();
    }
  }

  #inTransaction(work: () => void): void {
    guarded(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        work();
        this.#database.exec("COMMIT");
      } catch (error) {
        // SQLite itself has ended it after some errors, such as a full disk.
        if (this.#database.inTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  #findStretches(): Stretch[] {
    const found = v.parse(v.object({ begins: v.string(), ends: v.string() }), this.#database.prepare(STRETCHES).get());
    const ends = v.parse(edges, JSON.parse(found.ends));
    return v.parse(edges, JSON.parse(found.begins)).map(([first, from], index) => {
      const [last, to] = ends[index] ?? [first, from];
      return { first, last, from, to };
    });
  }

  /** Spans up to the number `deleted` are gone. */
  #forgetStretches(deleted: number): void {
    const kept = this.#stretches.findIndex(({ last }) => last > deleted);
    this.#stretches.splice(0, kept < 0 ? this.#stretches.length : kept);
    const [oldest] = this.#stretches;
    if (oldest === undefined || oldest.first > deleted) return;
    const [span] = this.read(deleted + 1, oldest.last, 1);
    this.#stretches[0] = { ...oldest, first: deleted + 1, from: span?.from ?? oldest.from };
  }
}

/** By hand, because there may be a hundred thousand. Throws Damaged. */
function spanOf(row: unknown): NumberedSpan {
  if (Array.isArray(row)) {
    const values: readonly unknown[] = row;
    const [number, state, reason, from, to] = values;
    if (typeof number === "number" && typeof state === "string" && typeof from === "number" && typeof to === "number")
      return { number, state, from, to, ...(typeof reason === "string" ? { reason } : {}) };
  }
  throw new Damaged(`it holds a row that is not a span: ${JSON.stringify(row)}`);
}

function foundBy(row: unknown): number | undefined {
  return row === undefined ? undefined : v.parse(v.object({ found: v.number() }), row).found;
}

/**
 * Checks that the file is a complete database of ours. With `exec` only: libsql keeps a file open, even after `close`, until the
 * prepared statements of its connection are collected, and Windows cannot rename an open file.
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
    "SELECT group_concat(name) || ',' LIKE 'number,state,reason,began,ended,%' FROM pragma_table_info('span')",
    "its table is not ours",
  );
}

/** Throws Damaged unless the query gives 1. SQLite raises an error for the smallest number's absolute value. */
function must(database: Database.Database, query: string, otherwise: string): void {
  try {
    database.exec(`SELECT CASE WHEN (${query}) THEN 1 ELSE abs(-9223372036854775808) END`);
  } catch (error) {
    throw error instanceof Error && error.message.includes("integer overflow") ? new Damaged(otherwise) : error;
  }
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw damageOf(error);
  }
}

/** SQLite's own words for a file that is not one of its own, or broken. */
function damageOf(error: unknown): unknown {
  if (error instanceof v.ValiError || error instanceof SyntaxError) return new Damaged(error.message, { cause: error });
  if (!(error instanceof Error)) return error;
  const text = `${"code" in error ? String(error.code) : ""} ${error.message}`;
  const isDamage = /SQLITE_(CORRUPT|NOTADB)|malformed|not a database|no such (table|column)|no column named/.test(text);
  return isDamage ? new Damaged(error.message, { cause: error }) : error;
}
