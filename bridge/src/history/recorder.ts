/**
 * Writes down which state lasted from when to when. A change costs a few assignments; the disk is written once a second
 * at most, when the change has been told and no other is due, and every 20 s the running span is drawn out to the present.
 * After a crash its end is therefore at most that long before the truth, and what follows is unknown.
 */
import { PROTOCOL, type Present } from "../../../shared/src/protocol.js";
import type { History } from "../../../shared/src/history.js";
import { systemClocks, type Clocks } from "../feed/picture.js";
import type { Log } from "../log/log.js";
import { Damaged } from "./sqlite-store.js";
import { MemoryStore, type NumberedSpan, type Store } from "./store.js";
import { timelineOf } from "./timeline.js";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const KEEP_MS = 30 * DAY_MS;
/** A month of a change every 26 seconds. */
const KEEP_SPANS = 100_000;
const ALIVE_MS = 20_000;
/** Whoever is awake anyway draws it out after this long, so that nobody is woken for it. Heartbeats are 5 s apart. */
const AWAKE_MS = 14_000;
/** Nobody was awake to see what Outlook did in a longer silence than this. */
const ASLEEP_MS = 50_000;
/** The wall clock was set, or the machine slept, when it strays this far from the monotonic one. */
const STRAY_MS = 5000;
/** No change waits longer for the disk. In a steady stream of changes one of them settles before the timer comes. */
const FLUSH_MS = 1000;
/** While the disk does not take them. */
const MAX_PENDING = 1000;

export interface RecorderOptions {
  readonly store: Store;
  readonly log: Log;
  readonly clocks?: Clocks;
}

export class Recorder {
  readonly #log: Log;
  readonly #clocks: Clocks;
  readonly #pending = new Map<number, NumberedSpan>();
  #heart: NodeJS.Timeout;
  #store: Store;
  #next: number;
  #running: NumberedSpan | undefined;
  #beaten: number;
  #alive: { readonly unix: number; readonly monotonic: number };
  #pruned = Number.NEGATIVE_INFINITY;
  #flush: NodeJS.Timeout | undefined;
  #written = Number.NEGATIVE_INFINITY;
  #failing = false;

  constructor({ store, log, clocks = systemClocks }: RecorderOptions) {
    this.#store = store;
    this.#log = log;
    this.#clocks = clocks;
    this.#next = this.#lastNumber() + 1;
    this.#alive = this.#now();
    this.#beaten = this.#alive.monotonic;
    this.#heart = this.#beatLater();
  }

  /** The feed published this. */
  note(present: Present): void {
    this.#draw();
    const now = this.#alive.unix;
    const { state, since, ageMs, source } = present;
    const reason = source.status === "unavailable" ? source.reason : undefined;
    const told = since === null ? now : since <= now ? since : now - ageMs;
    const from = Math.max(told, now - KEEP_MS);
    if (this.#running?.state === state && this.#running.reason === reason) return;
    // The state before it ended where this one began.
    if (this.#running !== undefined)
      this.#set({ ...this.#running, to: Math.max(this.#running.from, Math.min(from, now)) });
    this.#begin({ state, reason, from, to: now });
    this.#flush ??= setTimeout(() => {
      this.#write();
    }, FLUSH_MS).unref();
  }

  /** A moment in which nobody waits for the process: what has waited for the disk is written, unless it was written lately. */
  settle(): void {
    if (this.#flush !== undefined && this.#clocks.monotonic() - this.#written >= FLUSH_MS) this.#write();
  }

  /** What the last `hours` were like. */
  read(hours: number): History {
    this.#draw();
    this.#write();
    const now = this.#alive.unix;
    const from = now - hours * HOUR_MS;
    return {
      protocol: PROTOCOL,
      now,
      from,
      spans: timelineOf([...this.#stored(from), ...this.#pending.values()], from, now),
    };
  }

  /** Draws the running span out to the present and writes it down. Called by the recorder's own timer. */
  beat(): void {
    this.#beaten = this.#clocks.monotonic();
    this.#draw();
    this.#write();
  }

  /** The process is awake for something else: the recorder's own timer need not wake it soon. */
  awake(): void {
    if (this.#clocks.monotonic() - this.#beaten < AWAKE_MS) return;
    // Neither `refresh` nor `clearInterval` alone: Node keeps the timers of one length in a list, and would be woken when the
    // list was due before; of timers that have `ref` it drops the list with the last of them.
    clearInterval(this.#heart.ref());
    this.#heart = this.#beatLater();
    this.beat();
  }

  /** Ends the running span now. Idempotent. */
  close(): void {
    clearInterval(this.#heart);
    this.beat();
    this.#running = undefined;
    this.#leaveStore();
  }

  #beatLater(): NodeJS.Timeout {
    return setInterval(() => {
      this.beat();
    }, ALIVE_MS).unref();
  }

  #now(): { unix: number; monotonic: number } {
    return { unix: this.#clocks.unix(), monotonic: this.#clocks.monotonic() };
  }

  /** The present state has lasted until now, unless nobody was awake to see it or the clock was set. */
  #draw(): void {
    const before = this.#alive;
    const now = this.#now();
    this.#alive = now;
    if (this.#running === undefined) return;
    const passed = now.monotonic - before.monotonic;
    const strayed = Math.abs(now.unix - before.unix - passed);
    if (passed <= ASLEEP_MS && strayed <= STRAY_MS) {
      this.#set({ ...this.#running, to: Math.max(this.#running.to, now.unix) });
      return;
    }
    const { state, reason } = this.#running;
    this.#begin({ state, reason, from: now.unix, to: now.unix });
  }

  #begin(span: Omit<NumberedSpan, "number">): void {
    this.#set({ ...span, number: this.#next });
    this.#next += 1;
  }

  #set(span: NumberedSpan): void {
    this.#running = span;
    this.#pending.set(span.number, span);
    if (this.#pending.size <= MAX_PENDING) return;
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
  }

  #write(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    const now = this.#alive;
    this.#written = now.monotonic;
    try {
      if (this.#pending.size > 0) this.#store.write([...this.#pending.values()]);
      this.#pending.clear();
      if (now.monotonic - this.#pruned > HOUR_MS) this.#store.prune(now.unix - KEEP_MS, KEEP_SPANS);
      if (now.monotonic - this.#pruned > HOUR_MS) this.#pruned = now.monotonic;
      this.#failing = false;
    } catch (thrown) {
      this.#fail(thrown);
    }
  }

  #lastNumber(): number {
    try {
      return this.#store.lastNumber();
    } catch (thrown) {
      this.#fail(thrown);
      return 0;
    }
  }

  #stored(from: number): ReturnType<Store["read"]> {
    try {
      return this.#store.read(from);
    } catch (thrown) {
      this.#fail(thrown);
      return [];
    }
  }

  /** Said once until it works again. A damaged file is left to the next start; until then memory must do. */
  #fail(thrown: unknown): void {
    if (!this.#failing) this.#log.error({ err: thrown }, "the history could not be written or read");
    this.#failing = true;
    if (thrown instanceof Damaged) this.#leaveStore();
  }

  #leaveStore(): void {
    const left = this.#store;
    this.#store = new MemoryStore();
    try {
      left.close();
    } catch (thrown) {
      this.#log.error({ err: thrown }, "the history could not be closed");
    }
  }
}
