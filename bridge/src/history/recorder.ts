/**
 * Records state spans in the history store. Writes are batched (at most one per second), and the current span is extended every
 * 20 s, so a crash loses at most 20 s; the time after it is recorded as unknown. What the store does not take is kept in memory and
 * beside the store, and written when it can be.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { PROTOCOL, type Status, type History, type HistorySpan, toHistorySpan } from "../../../shared/src/contract.js";
import type { Log } from "../log/log.js";
import { addToStretches, type DurableStore, type NumberedSpan, type StoredSpan, type Stretch } from "./store.js";
import { placeStretches, Timeline } from "./timeline.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEEP_MS = 30 * DAY_MS;
/** One month with a change every 26 seconds. */
const KEEP_SPANS = 100_000;
const EXTEND_INTERVAL_MS = 20_000;
/** Extend early on a heartbeat, to avoid an extra timer wake-up. Heartbeats are 5 s apart. */
const EARLY_EXTEND_MS = 14_000;
/** If nothing ran for longer than this, the machine slept, and Outlook was not observed. */
const SLEEP_THRESHOLD_MS = 50_000;
/** If the wall clock moves this much more or less than the monotonic clock, it was set, or the machine slept. */
const CLOCK_DRIFT_MS = 5000;
/** Changes are written within this time. */
const FLUSH_MS = 1000;
/** Spans that are written, read or deleted at once; that blocks the event loop for a few milliseconds. */
const BATCH = 500;
/** A query costs as much as reading this many spans. */
const QUERY_COST = 25;
/** Spans that are kept while the store cannot be written: a change every three seconds for a working day, about 2 MB. */
const MAX_UNWRITTEN = 10_000;

export interface Clocks {
  /** Unix milliseconds; may jump when the clock is set. */
  unix(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
}

const systemClocks: Clocks = { unix: () => Date.now(), monotonic: () => performance.now() };

export interface RecorderOptions {
  readonly store: DurableStore;
  readonly log: Log;
  readonly clocks?: Clocks;
}

/** A history whose spans are read in pages, between which the event loop runs. */
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
  /** Another known state was observed until then (Unix milliseconds), so no known state is dated back further. */
  #seenUntil = Number.NEGATIVE_INFINITY;
  #now: { readonly unix: number; readonly monotonic: number };
  #extendTimer: NodeJS.Timeout;
  #lastExtended: number;
  #lastWrite = Number.NEGATIVE_INFINITY;
  #lastPrune = Number.NEGATIVE_INFINITY;
  #flushTimer: NodeJS.Timeout | undefined;
  /** Logged once until it works again. */
  #failing = false;
  /** Whether the store keeps unwritten spans for the next start. */
  #hasKeptSpans: boolean;
  #closed = false;

  constructor({ store, log, clocks = systemClocks }: RecorderOptions) {
    this.#store = store;
    this.#log = log;
    this.#clocks = clocks;
    this.#hasKeptSpans = store.unwritten.length > 0;
    for (const span of store.unwritten) this.#add(span);
    this.#now = this.#readClocks();
    this.#lastExtended = this.#now.monotonic;
    this.#extendTimer = this.#scheduleExtend();
  }

  /** Records what the feed has published. A `since` in the past ends the span before it then. */
  record(status: Status): void {
    this.#extendToNow();
    const now = this.#now.unix;
    const { state, source } = status;
    const reason = source.status === "unavailable" ? source.reason : undefined;
    const before = this.#running;
    if (before?.state === state && before.reason === reason) return;
    const known = state !== "unknown";
    const seenUntil =
      before !== undefined && isKnown(before) && before.to > before.from ? before.from : this.#seenUntil;
    const from = Math.min(now, Math.max(startOf(status, now), now - KEEP_MS, known ? seenUntil : -Infinity));
    // The state before it ended where this one began.
    if (before !== undefined) this.#set({ ...before, to: Math.max(before.from, from) });
    if (known || (before !== undefined && isKnown(before))) this.#seenUntil = from;
    this.#begin({ state, reason, from, to: now });
    this.#scheduleFlush(FLUSH_MS);
  }

  /** Writes the recorded changes now, unless something was written within the last second. */
  flushIfDue(): void {
    if (this.#flushTimer !== undefined && this.#clocks.monotonic() - this.#lastWrite >= FLUSH_MS) this.#flush();
  }

  /** Reads the last `hours`, in pages between which the event loop runs. */
  read(hours: number): HistoryReading {
    this.#extendToNow();
    if (!this.#failing || this.#clocks.monotonic() - this.#lastWrite >= FLUSH_MS) this.#write();
    const now = this.#now.unix;
    const from = now - hours * HOUR_MS;
    return { protocol: PROTOCOL, now, from, pages: this.#pages(from, now) };
  }

  /** Extends the current span to now and writes it. The recorder's own timer calls it too. */
  extend(): void {
    this.#lastExtended = this.#clocks.monotonic();
    this.#extendToNow();
    this.#write();
    if (this.#failing) this.#keepUnwritten();
  }

  /** Call it when the process is awake anyway: extends the current span if that is due soon, so the timer need not wake up the process. */
  extendEarly(): void {
    if (this.#clocks.monotonic() - this.#lastExtended < EARLY_EXTEND_MS) return;
    // Replaces the timer, because Node would still wake up when a refreshed one was due before. ref(), because Node drops its list of
    // timers with the same duration only with the last one that has it.
    clearInterval(this.#extendTimer.ref());
    this.#extendTimer = this.#scheduleExtend();
    this.extend();
  }

  /** Ends the current span now. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#extendTimer);
    this.#extendToNow();
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
      this.extend();
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
  #extendToNow(): void {
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

  /** While the store fails, the next attempt is made at the next extension, not with each change. */
  #flush(): void {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    if (!this.#failing) this.#write();
  }

  /** Writes one batch and deletes one batch of expired spans; schedules the next ones. */
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
      else if (this.#hasKeptSpans) this.#keepUnwritten();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Makes the store keep the unwritten spans for the next start, or delete those it kept if there are none. */
  #keepUnwritten(): void {
    try {
      this.#store.keepUnwritten([...this.#unwritten.values()]);
      this.#hasKeptSpans = this.#unwritten.size > 0;
    } catch (error) {
      this.#log.debug({ err: error }, "changes could not be kept beside the history");
    }
  }

  async *#pages(from: number, now: number): AsyncGenerator<readonly HistorySpan[], void, undefined> {
    const timeline = new Timeline(from, now);
    // A snapshot: the store may be opened or written while the pages are read.
    const stretches = [...this.#tryStore(() => this.#store.stretches(), [])];
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
        for (const span of spans) timeline.add(toHistorySpan(span), stretch.to);
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
      first <= lastStored
        ? this.#tryStore(() => this.#store.firstAfter(first, lastStored, from), undefined)
        : undefined;
    while (next !== undefined) {
      const number: number = next;
      const spans: NumberedSpan[] = this.#tryStore(() => this.#store.read(number, lastStored, BATCH), []);
      yield spans;
      const reached = spans.at(-1)?.number;
      next = reached === undefined || reached >= lastStored ? undefined : reached + 1;
    }
    const rest = unwritten.filter(({ number }) => number >= first && number <= last);
    for (let at = 0; at < rest.length; at += BATCH) yield rest.slice(at, at + BATCH);
  }

  #tryStore<Result>(query: () => Result, fallback: Result): Result {
    try {
      return query();
    } catch (error) {
      this.#fail(error);
      return fallback;
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
 * omit time in which the machine slept: the later of the two claims less.
 */
function startOf({ since, ageMs }: Status, now: number): number {
  if (since === null) return now;
  return since > now ? now - ageMs : Math.max(since, now - ageMs - CLOCK_DRIFT_MS);
}
