import type { History, HistorySpan } from "../../../shared/src/history.js";
import type { State } from "../../../shared/src/protocol.js";

export const TIMELINE_MS = 24 * 60 * 60 * 1000;
/** The picture's columns: five minutes each. What is shorter still fills one, or a drop could not be seen. */
export const COLUMNS = 288;

const COLUMN_MS = TIMELINE_MS / COLUMNS;

/** What is known about now, to lead the history up to this moment. Unix milliseconds. */
export interface Tail {
  readonly now: number;
  /** The present state and since when it is known; null since when the beginning was not seen. */
  readonly state: State;
  readonly since: number | null;
}

/** A stretch of time in one state. */
export type Span = Pick<HistorySpan, "state" | "from" | "to">;

/** A part of the picture, in columns from the left. */
export interface Bar {
  readonly state: State;
  readonly column: number;
  readonly width: number;
}

export interface Timeline {
  readonly from: number;
  readonly now: number;
  /** Contiguous and ascending; neighbours differ. */
  readonly spans: readonly Span[];
  readonly bars: readonly Bar[];
  readonly offlineMs: number;
  readonly unknownMs: number;
  /** How often Outlook went offline; a gap in what is known does not make two of one. */
  readonly drops: number;
}

/** The last 24 hours as they are known. Whatever is not known is unknown, never online. */
export function timeline(history: History | null, tail: Tail): Timeline {
  const from = tail.now - TIMELINE_MS;
  const spans = merge(clip([...(history?.spans ?? []), ...tailSpans(history, tail)], from, tail.now), from, tail.now);
  return {
    from,
    now: tail.now,
    spans,
    bars: bars(spans, from),
    offlineMs: total(spans, "offline"),
    unknownMs: total(spans, "unknown"),
    drops: drops(spans),
  };
}

/** What follows the history: its last state up to the present one's beginning, then the present one. */
function tailSpans(history: History | null, { now, state, since }: Tail): Span[] {
  const reached = history?.now ?? since ?? now;
  const last = history?.spans.at(-1)?.state ?? "unknown";
  const begun = since === null ? reached : Math.max(reached, since);
  return [
    { state: last, from: reached, to: begun },
    { state, from: begun, to: now },
  ];
}

function clip(spans: readonly Span[], from: number, to: number): Span[] {
  return spans
    .map((span) => ({ state: span.state, from: Math.max(from, span.from), to: Math.min(to, span.to) }))
    .filter((span) => span.to > span.from);
}

/** Joins neighbours of the same state, and fills what is missing at the beginning and in between with unknown time. */
function merge(spans: readonly Span[], from: number, to: number): Span[] {
  const merged: Span[] = [];
  const add = (span: Span): void => {
    const last = merged.at(-1);
    if (last?.state === span.state) merged[merged.length - 1] = { ...last, to: span.to };
    else merged.push(span);
  };
  let reached = from;
  for (const span of spans) {
    if (span.from > reached) add({ state: "unknown", from: reached, to: span.from });
    if (span.to > reached) add({ ...span, from: Math.max(reached, span.from) });
    reached = Math.max(reached, span.to);
  }
  if (to > reached) add({ state: "unknown", from: reached, to });
  return merged;
}

const WEIGHT: Readonly<Record<State, number>> = { offline: 2, unknown: 1, online: 0 };

/** One state for each column, the one that matters most in it; equal neighbours are one bar. */
function bars(spans: readonly Span[], from: number): Bar[] {
  const columns = new Array<State>(COLUMNS).fill("online");
  for (const { state, from: begin, to } of spans) {
    const first = Math.floor((begin - from) / COLUMN_MS);
    const last = Math.min(COLUMNS - 1, Math.ceil((to - from) / COLUMN_MS) - 1);
    for (let column = first; column <= last; column += 1) {
      if (WEIGHT[state] > WEIGHT[columns[column] ?? "online"]) columns[column] = state;
    }
  }
  // A drop just now must not hide that nothing is known any more.
  if (spans.at(-1)?.state === "unknown") columns[COLUMNS - 1] = "unknown";
  const result: Bar[] = [];
  columns.forEach((state, column) => {
    const previous = result.at(-1);
    if (previous?.state === state) result[result.length - 1] = { ...previous, width: previous.width + 1 };
    else result.push({ state, column, width: 1 });
  });
  return result;
}

/** Index of the span that decides what a column looks like: the longest of the state that matters most. */
export function spanInColumn({ spans, from }: Timeline, column: number): number {
  const begin = from + column * COLUMN_MS;
  let chosen = -1;
  let best = -1;
  spans.forEach((span, index) => {
    const shared = Math.min(span.to, begin + COLUMN_MS) - Math.max(span.from, begin);
    const worth = shared > 0 ? WEIGHT[span.state] + shared / (COLUMN_MS + 1) : -1;
    if (worth > best) {
      chosen = index;
      best = worth;
    }
  });
  return chosen < 0 ? spans.length - 1 : chosen;
}

function total(spans: readonly Span[], of: State): number {
  return spans.reduce((sum, { state, from, to }) => (state === of ? sum + to - from : sum), 0);
}

function drops(spans: readonly Span[]): number {
  let count = 0;
  let known: State = "unknown";
  for (const { state } of spans) {
    if (state === "offline" && known !== "offline") count += 1;
    if (state !== "unknown") known = state;
  }
  return count;
}
