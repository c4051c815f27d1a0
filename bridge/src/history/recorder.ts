/**
 * Records state spans in the history store. Writes are batched (at most one per second), and the current span is extended every
 * 20 s, so a crash loses at most 20 s; the time after it is recorded as unknown. What the store does not take is kept in memory and
 * beside the store, and written when it can be.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { PROTOCOL, type Present } from "../../../shared/src/protocol.js";
import type { History, HistorySpan } from "../../../shared/src/history.js";
import { knownSpan } from "../../../shared/src/validate.js";
import { systemClocks, type Clocks } from "../feed/picture.js";
import type { Log } from "../log/log.js";
import { addToStretches, type DurableStore, type NumberedSpan, type StoredSpan, type Stretch } from "./store.js";
import { placeStretches, Timeline } from "./timeline.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEEP_MS = 30 * DAY_MS;
/** A month of a change every 26 seconds. */
const KEEP_SPANS = 100_000;
const EXTEND_INTERVAL_MS = 20_000;
/** Extend early on a heartbeat, to avoid an extra timer wake-up. Heartbeats are 5 s apart. */
const EARLY_EXTEND_MS = 14_000;
/** The process did not see what Outlook did in a longer silence than this. */
const SLEEP_THRESHOLD_MS = 50_000;
/** The wall clock was set, or the machine slept, when it moves this much more or less than the monotonic one. */
const CLOCK_DRIFT_MS = 5000;
/** No change waits longer for the disk. In a steady stream of changes one of them settles before the timer comes. */
const FLUSH_MS = 1000;
/** Spans that are written, read or deleted at once; everything else in the process waits for it (a few milliseconds). */
const BATCH = 500;
/** A query for a few spans takes as long as so many spans. */
const QUERY_COST = 25;
/** Spans that are kept while the store takes none: a change every three seconds for a working day, about 2 MB. */
const MAX_UNWRITTEN = 10_000;

export interface RecorderOptions {
  readonly store: DurableStore;
  readonly log: Log;
  readonly clocks?: Clocks;
}

/** The beginning of a history, and its spans in pieces; between two pieces the process does other work. */
export interface HistoryReading extends Omit<History, "spans"> {
  readonly pages: AsyncGenerator<readonly HistorySpan[], void, undefined>;
}

export class Recorder {
  readonly #store: DurableStore;
  readonly #log: Log;
  readonly #clocks: Clocks;
  /** By number; the numbers ascend without a gap. */
  readonly #unwritten = new Map<number, NumberedSpan>();
  #nextNumber = 1;
  #running: NumberedSpan | undefined;
  /** No known state is dated back before this: another known state was seen until then, Unix milliseconds. */
  #seenUntil = Number.NEGATIVE_INFINITY;
  #now: { readonly unix: number; readonly monotonic: number };
  #extendTimer: NodeJS.Timeout;
  #lastExtended: number;
  #lastWrite = Number.NEGATIVE_INFINITY;
  #lastPrune = Number.NEGATIVE_INFINITY;
  #flushTimer: NodeJS.Timeout | undefined;
  /** Logged once until it works again. */
  #failing = false;
  /** The store keeps spans for the next start. */
  #kept: boolean;
  #closed = false;

  constructor({ store, log, clocks = systemClocks }: RecorderOptions) {
    this.#store = store;
    this.#log = log;
    this.#clocks = clocks;
    this.#kept = store.unwritten.length > 0;
    for (const span of store.unwritten) this.#add(span);
    this.#now = this.#readClocks();
    this.#lastExtended = this.#now.monotonic;
    this.#extendTimer = this.#scheduleExtend();
  }

  /** Records what the feed has published. A `since` in the past ends the span before it then. */
  note(present: Present): void {
    this.#extend();
    const now = this.#now.unix;
    const { state, source } = present;
    const reason = source.status === "unavailable" ? source.reason : undefined;
    const before = this.#running;
    if (before?.state === state && before.reason === reason) return;
    const known = state !== "unknown";
    const seenUntil =
      before !== undefined && isKnown(before) && before.to > before.from ? before.from : this.#seenUntil;
    const from = Math.min(now, Math.max(beginning(present, now), now - KEEP_MS, known ? seenUntil : -Infinity));
    // The state before it ended where this one began.
    if (before !== undefined) this.#set({ ...before, to: Math.max(before.from, from) });
    if (known || (before !== undefined && isKnown(before))) this.#seenUntil = from;
    this.#begin({ state, reason, from, to: now });
    this.#scheduleFlush(FLUSH_MS);
  }

  /** Call it when nothing is due: writes what waits, unless something was written within the last second. */
  settle(): void {
    if (this.#flushTimer !== undefined && this.#clocks.monotonic() - this.#lastWrite >= FLUSH_MS) this.#flush();
  }

  /** Reads the last `hours`. Work of others is done between the pages. */
  read(hours: number): HistoryReading {
    this.#extend();
    if (!this.#failing || this.#clocks.monotonic() - this.#lastWrite >= FLUSH_MS) this.#write();
    const now = this.#now.unix;
    const from = now - hours * HOUR_MS;
    return { protocol: PROTOCOL, now, from, pages: this.#pages(from, now) };
  }

  /** Extends the current span to the present and writes it. Called by the recorder's own timer. */
  beat(): void {
    this.#lastExtended = this.#clocks.monotonic();
    this.#extend();
    this.#write();
    if (this.#failing) this.#keepUnwritten();
  }

  /** The process is awake for something else: the recorder's own timer need not wake it soon. */
  awake(): void {
    if (this.#clocks.monotonic() - this.#lastExtended < EARLY_EXTEND_MS) return;
    // Neither `refresh` nor `clearInterval` alone: Node keeps the timers of one length in a list, and would be woken when the
    // list was due before; of timers that have `ref` it drops the list with the last of them.
    clearInterval(this.#extendTimer.ref());
    this.#extendTimer = this.#scheduleExtend();
    this.beat();
  }

  /** Ends the current span now. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#extendTimer);
    this.#extend();
    do this.#write();
    while (this.#unwritten.size > 0 && !this.#failing);
    clearTimeout(this.#flushTimer);
    this.#running = undefined;
    if (this.#failing) this.#keepUnwritten();
    try {
      this.#store.close();
    } catch (error) {
      this.#log.error({ err: error }, "the history could not be closed");
    }
  }

  #scheduleExtend(): NodeJS.Timeout {
    return setInterval(() => {
      this.beat();
    }, EXTEND_INTERVAL_MS).unref();
  }

  #scheduleFlush(ms: number): void {
    this.#flushTimer ??= setTimeout(() => {
      this.#flush();
    }, ms).unref();
  }

  #readClocks(): { unix: number; monotonic: number } {
    return { unix: this.#clocks.unix(), monotonic: this.#clocks.monotonic() };
  }

  /** The current state has lasted until now, unless the process slept or the clock was set. */
  #extend(): void {
    const before = this.#now;
    const now = this.#readClocks();
    this.#now = now;
    if (this.#running === undefined) return;
    const passed = now.monotonic - before.monotonic;
    const drift = Math.abs(now.unix - before.unix - passed);
    if (passed <= SLEEP_THRESHOLD_MS && drift <= CLOCK_DRIFT_MS) {
      this.#set({ ...this.#running, to: Math.max(this.#running.to, now.unix) });
      return;
    }
    const { state, reason } = this.#running;
    this.#seenUntil = Number.NEGATIVE_INFINITY;
    this.#begin({ state, reason, from: now.unix, to: now.unix });
  }

  #begin(span: StoredSpan): void {
    this.#running = this.#add(span);
  }

  #add(span: StoredSpan): NumberedSpan {
    const numbered = { ...span, number: this.#nextNumber };
    this.#nextNumber += 1;
    this.#keep(numbered);
    return numbered;
  }

  #set(span: NumberedSpan): void {
    this.#running = span;
    this.#keep(span);
  }

  #keep(span: NumberedSpan): void {
    this.#unwritten.set(span.number, span);
    if (this.#unwritten.size <= MAX_UNWRITTEN) return;
    const [oldest] = this.#unwritten.keys();
    if (oldest !== undefined) this.#unwritten.delete(oldest);
  }

  /** While the store fails it is left alone until the next extension, and not tried with each change. */
  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (!this.#failing) this.#write();
  }

  /** Writes a batch, and deletes one that has expired; the rest follows soon. */
  #write(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    const now = this.#now;
    this.#lastWrite = now.monotonic;
    try {
      const batch = [...this.#unwritten.values()].slice(0, BATCH);
      if (batch.length > 0) this.#store.write(batch);
      for (const { number } of batch) this.#unwritten.delete(number);
      const due = now.monotonic - this.#lastPrune > HOUR_MS;
      const more = due && this.#store.prune(now.unix, KEEP_MS, KEEP_SPANS, BATCH);
      if (due && !more) this.#lastPrune = now.monotonic;
      this.#failing = false;
      if (this.#unwritten.size > 0 || more) this.#scheduleFlush(0);
      else if (this.#kept) this.#keepUnwritten();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Has the store keep what it has not taken, or forget what it kept once it has taken everything. */
  #keepUnwritten(): void {
    try {
      this.#store.keepUnwritten([...this.#unwritten.values()]);
      this.#kept = this.#unwritten.size > 0;
    } catch (error) {
      this.#log.debug({ err: error }, "changes could not be kept beside the history");
    }
  }

  async *#pages(from: number, now: number): AsyncGenerator<readonly HistorySpan[], void, undefined> {
    const timeline = new Timeline(from, now);
    // All as it is now: the store may be opened, or take what it has not taken, while this is read.
    const stretches = [...this.#ask(() => this.#store.stretches(), [])];
    const { base } = this.#store;
    const unwritten = [...this.#unwritten.values()].map((span) => ({ ...span, number: base + span.number }));
    const written = unwritten[0]?.number ?? Number.POSITIVE_INFINITY;
    for (const span of unwritten) addToStretches(stretches, span);
    let read = 0;
    for (const stretch of await placeStretches(stretches, now)) {
      if (stretch.to <= from) continue;
      for (const spans of this.#batches(stretch, from, written, unwritten)) {
        if (read >= BATCH) {
          yield timeline.take();
          await nextTurn();
          read = 0;
        }
        read += Math.max(spans.length, QUERY_COST);
        for (const span of spans) timeline.add(knownSpan(span), stretch.to);
      }
    }
    yield timeline.finish();
  }

  /** The spans of a stretch that end after `from`: those below the number `written` from the store, the rest from `unwritten`. */
  *#batches(
    { first, last }: Stretch,
    from: number,
    written: number,
    unwritten: readonly NumberedSpan[],
  ): Generator<readonly NumberedSpan[], void, undefined> {
    const lastStored = Math.min(last, written - 1);
    let next =
      first <= lastStored ? this.#ask(() => this.#store.firstAfter(first, lastStored, from), undefined) : undefined;
    while (next !== undefined) {
      const number: number = next;
      const spans: NumberedSpan[] = this.#ask(() => this.#store.read(number, lastStored, BATCH), []);
      yield spans;
      const reached = spans.at(-1)?.number;
      next = reached === undefined || reached >= lastStored ? undefined : reached + 1;
    }
    const rest = unwritten.filter(({ number }) => number >= first && number <= last);
    for (let at = 0; at < rest.length; at += BATCH) yield rest.slice(at, at + BATCH);
  }

  #ask<Result>(question: () => Result, otherwise: Result): Result {
    try {
      return question();
    } catch (error) {
      this.#fail(error);
      return otherwise;
    }
  }

  #fail(error: unknown): void {
    if (!this.#failing) this.#log.error({ err: error }, "the history could not be written or read");
    this.#failing = true;
  }
}

function isKnown({ state }: StoredSpan): boolean {
  return state !== "unknown";
}

/**
 * When the state began, Unix milliseconds. `since` was read from a clock that may have been set meanwhile; `ageMs` was not, but may
 * leave out that the machine slept: the later of the two claims less.
 */
function beginning({ since, ageMs }: Present, now: number): number {
  if (since === null) return now;
  return since > now ? now - ageMs : Math.max(since, now - ageMs - CLOCK_DRIFT_MS);
}
