/** The stored spans, and the interface of a store. */

/**
 * A span as it is stored, [from, to) in Unix milliseconds. State and reason may be values of a newer version: they are stored
 * unchanged and shown as unknown.
 */
export interface StoredSpan {
  readonly state: string;
  readonly reason?: string | undefined;
  readonly from: number;
  readonly to: number;
}

/** Numbers grow in the order of recording, independent of the clock. */
export interface NumberedSpan extends StoredSpan {
  readonly number: number;
}

/** Spans with ascending numbers, each of which begins where the one before it ends: nothing but a gap or a clock ends a stretch. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly from: number;
  readonly to: number;
}

/** Every method throws when the store cannot be used now. */
export interface Store {
  /** The highest number that was there before this recorder; its own numbers, from 1 on, are stored with this added. */
  readonly base: number;
  /** Writes all or nothing; a span replaces the one with its number. The numbers are the recorder's own, without `base`. */
  write(spans: readonly NumberedSpan[]): void;
  /** In the order of recording, with stored numbers. */
  stretches(): readonly Stretch[];
  /** The first `limit` of the spans with stored numbers from `first` to `last`, ascending. */
  read(first: number, last: number, limit: number): NumberedSpan[];
  /** The lowest stored number from `first` to `last` whose span ends after `time`; the spans there must be one stretch. */
  firstAfter(first: number, last: number, time: number): number | undefined;
  /**
   * Deletes at most `limit` spans: those that are known to have ended more than `keepMs` before `now` (see
   * `expiredUpTo`), and all but the newest `keepSpans`. Returns whether there are more.
   */
  prune(now: number, keepMs: number, keepSpans: number, limit: number): boolean;
  close(): void;
}

/** A store that also keeps what it could not write. */
export interface DurableStore extends Store {
  /** What an earlier recorder could not write; for this one to write. */
  readonly unwritten: readonly StoredSpan[];
  /** Keeps what cannot be written now for the next start; an empty list deletes it. */
  keepUnwritten(spans: readonly StoredSpan[]): void;
}

/** Adds a span that was written to the stretches: either the newest one again, or the next. */
export function addToStretches(stretches: Stretch[], { number, from, to }: NumberedSpan): void {
  const newest = stretches.at(-1);
  if (newest?.last === number) stretches[stretches.length - 1] = { ...newest, to };
  else if (newest?.last === number - 1 && newest.to === from)
    stretches[stretches.length - 1] = { ...newest, last: number, to };
  else stretches.push({ first: number, last: number, from, to });
}
