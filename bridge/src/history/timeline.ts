/**
 * Makes one timeline of the recorded spans, although the clock may have been wrong at times. The order of recording is certain; a
 * recorded time is as good as the clock was.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HistorySpan } from "../../../shared/src/contract.js";
import type { Stretch } from "./store.js";

/** A longer gap does not count as time that has passed: a wrong clock looks the same. Weekends are shorter. */
const MAX_GAP_MS = 4 * 86_400_000;
/** How many stretches back a predecessor is looked for: weeks, unless the clock jumps all day. */
const LOOK_BACK = 1000;
/** Stretches that are placed before the event loop runs again. */
const PLACED_AT_ONCE = 100;

/**
 * The stretches that are shown, ascending and without overlap, cut to the time for which each counts. Where stretches
 * contradict each other, because one begins before an earlier one ends, the clock was wrong in one of them; those are shown
 * that cover the most time together, and in an overlap the later one counts. Nothing is shown after `now`. A last stretch
 * that reaches `now` is always shown: whatever contradicts it cannot cover more time between its beginning and `now`.
 */
export async function placeStretches(stretches: readonly Stretch[], now: number): Promise<readonly Stretch[]> {
  const placed = stretches
    .map((stretch) => ({ ...stretch, to: Math.min(stretch.to, now) }))
    .filter(({ from, to }) => to > from);
  if (placed.every(({ from }, index) => from >= (placed[index - 1]?.to ?? from))) return placed;

  // The most time that a sequence ending with each stretch covers, and the stretch before it in that sequence.
  const covered: number[] = [];
  const before: (number | undefined)[] = [];
  for (const [index, { from, to }] of placed.entries()) {
    if (index % PLACED_AT_ONCE === PLACED_AT_ONCE - 1) await nextTurn();
    let most = 0;
    let chosen: number | undefined;
    for (let earlier = Math.max(0, index - LOOK_BACK); earlier < index; earlier += 1) {
      const other = placed[earlier];
      if (other === undefined || other.from > from) continue;
      const time = (covered[earlier] ?? 0) - Math.max(0, other.to - from);
      if (chosen !== undefined && time < most) continue;
      most = time;
      chosen = earlier;
    }
    covered.push(most + to - from);
    before.push(chosen);
  }
  let at: number | undefined = covered.lastIndexOf(covered.reduce((most, time) => Math.max(most, time)));
  const shown: Stretch[] = [];
  for (; at !== undefined; at = before[at]) {
    const stretch = placed[at];
    if (stretch !== undefined) shown.push({ ...stretch, to: Math.min(stretch.to, shown.at(-1)?.from ?? now) });
  }
  return shown.reverse();
}

/** Everything in the order of recording up to a stretch, and in the next one what ended before a time. */
export interface Expired {
  /** The number of the last span of the last stretch that has expired completely; 0 if there is none. */
  readonly upTo: number;
  /** The stretch that follows, and the time before which its spans have expired. */
  readonly next?: { readonly stretch: Stretch; readonly before: number };
}

/**
 * What is known to have ended more than `keepMs` before `now`. The age of a span is the time that was recorded after it with the
 * gaps in between, and not the time since then by the clock: a gap of more than four days, forward or back, counts as
 * nothing, and `keepMs` is exceeded by those four days. So no single wrong clock makes anything old.
 */
export function expiredUpTo(stretches: readonly Stretch[], now: number, keepMs: number): Expired {
  // By how much the clock has jumped between each stretch and now.
  let jumped = 0;
  let following = now;
  const limits: number[] = [];
  for (const { from, to } of [...stretches].reverse()) {
    if (Math.abs(following - to) > MAX_GAP_MS) jumped += following - to;
    limits.push(now - jumped - keepMs - MAX_GAP_MS);
    following = from;
  }
  limits.reverse();
  const kept = stretches.findIndex(({ to }, index) => to >= (limits[index] ?? 0));
  const stretch = stretches[kept];
  if (stretch === undefined) return { upTo: stretches.at(-1)?.last ?? 0 };
  return { upTo: stretches[kept - 1]?.last ?? 0, next: { stretch, before: limits[kept] ?? 0 } };
}

/** Spans that cover [from, now], contiguous and ascending. Time that no added span covers is unknown, without a reason. */
export class Timeline {
  readonly #now: number;
  #reached: number;
  #open: HistorySpan | undefined;
  #done: HistorySpan[] = [];

  constructor(from: number, now: number) {
    this.#reached = from;
    this.#now = now;
  }

  /** Adds the part of the span that is after the spans added before, and before `until`. */
  add(span: HistorySpan, until = this.#now): void {
    const start = Math.max(span.from, this.#reached);
    const end = Math.min(span.to, until, this.#now);
    if (end <= start) return;
    if (start > this.#reached) this.#append({ state: "unknown", from: this.#reached, to: start });
    this.#append({ ...span, from: start, to: end });
  }

  /** Returns the complete spans that were not returned before. */
  take(): HistorySpan[] {
    const taken = this.#done;
    this.#done = [];
    return taken;
  }

  /** Completes the timeline and returns the remaining spans. */
  finish(): HistorySpan[] {
    if (this.#reached < this.#now) this.#append({ state: "unknown", from: this.#reached, to: this.#now });
    if (this.#open !== undefined) this.#done.push(this.#open);
    this.#open = undefined;
    return this.take();
  }

  /** Joins a span to the previous one if they differ in time only. */
  #append(span: HistorySpan): void {
    const open = this.#open;
    if (open?.state === span.state && open.reason === span.reason) {
      this.#open = { ...open, to: span.to };
    } else {
      if (open !== undefined) this.#done.push(open);
      this.#open = span;
    }
    this.#reached = span.to;
  }
}
