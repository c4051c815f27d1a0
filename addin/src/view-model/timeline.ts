import type { History, HistorySpan, State } from "../../../shared/src/contract.js";

export const TIMELINE_MS = 24 * 60 * 60 * 1000;
/** Columns of the chart, five minutes each. A shorter period still fills one, otherwise it would be invisible. */
export const COLUMNS = 288;

const COLUMN_MS = TIMELINE_MS / COLUMNS;

/** The current state, which continues the history up to now. Unix milliseconds. */
export interface CurrentSpan {
  readonly now: number;
  readonly state: State;
  /** Null if the start is not known. */
  readonly since: number | null;
}

/** A period in one state. */
export type Span = Pick<HistorySpan, "state" | "from" | "to">;

/** A bar of the chart, in columns from the left. */
export interface Bar {
  readonly state: State;
  readonly column: number;
  readonly width: number;
}

export interface TimelineModel {
  readonly from: number;
  readonly now: number;
  /** Contiguous and ascending; neighbours differ. */
  readonly spans: readonly Span[];
  readonly bars: readonly Bar[];
  readonly offlineMs: number;
  readonly unknownMs: number;
  /** How often Outlook went offline; an unknown period within an offline one does not count twice. */
  readonly drops: number;
}

/** The last 24 hours. Time without data is unknown, never online. */
export function createTimeline(history: History | null, current: CurrentSpan): TimelineModel {
  const { now } = current;
  const from = now - TIMELINE_MS;
  const spans = merge(clip([...(history?.spans ?? []), ...spansAfter(history, current)], from, now), from, now);
  return {
    from,
    now,
    spans,
    bars: toBars(spans, from),
    offlineMs: total(spans, "offline"),
    unknownMs: total(spans, "unknown"),
    drops: countDrops(spans),
  };
}

/** What follows the history: its last state until the current one started, then the current one. */
function spansAfter(history: History | null, { now, state, since }: CurrentSpan): Span[] {
  const end = history?.now ?? since ?? now;
  const last = history?.spans.at(-1)?.state ?? "unknown";
  const start = since === null ? end : Math.max(end, since);
  return [
    { state: last, from: end, to: start },
    { state, from: start, to: now },
  ];
}

function clip(spans: readonly Span[], from: number, to: number): Span[] {
  return spans
    .map((span) => ({ state: span.state, from: Math.max(from, span.from), to: Math.min(to, span.to) }))
    .filter((span) => span.to > span.from);
}

/** Joins adjacent spans of the same state, and fills gaps with unknown time. */
function merge(spans: readonly Span[], from: number, to: number): Span[] {
  const merged: Span[] = [];
  const add = (span: Span): void => {
    const last = merged.at(-1);
    if (last?.state === span.state) merged[merged.length - 1] = { ...last, to: span.to };
    else merged.push(span);
  };
  let end = from;
  for (const span of spans) {
    if (span.from > end) add({ state: "unknown", from: end, to: span.from });
    if (span.to > end) add({ ...span, from: Math.max(end, span.from) });
    end = Math.max(end, span.to);
  }
  if (to > end) add({ state: "unknown", from: end, to });
  return merged;
}

/** In a column with several states, the highest priority is shown. */
const PRIORITY: Readonly<Record<State, number>> = { offline: 2, unknown: 1, online: 0 };

function toBars(spans: readonly Span[], from: number): Bar[] {
  const columns = new Array<State>(COLUMNS).fill("online");
  for (const { state, from: start, to } of spans) {
    const first = Math.floor((start - from) / COLUMN_MS);
    const last = Math.min(COLUMNS - 1, Math.ceil((to - from) / COLUMN_MS) - 1);
    for (let column = first; column <= last; column += 1) {
      if (PRIORITY[state] > PRIORITY[columns[column] ?? "online"]) columns[column] = state;
    }
  }
  // A recent drop must not hide that the state is unknown now.
  if (spans.at(-1)?.state === "unknown") columns[COLUMNS - 1] = "unknown";
  const result: Bar[] = [];
  columns.forEach((state, column) => {
    const previous = result.at(-1);
    if (previous?.state === state) result[result.length - 1] = { ...previous, width: previous.width + 1 };
    else result.push({ state, column, width: 1 });
  });
  return result;
}

/** Index of the span that a column shows: the longest one of the state with the highest priority. */
export function spanInColumn({ spans, from }: TimelineModel, column: number): number {
  const start = from + column * COLUMN_MS;
  let found = spans.length - 1;
  let best = -1;
  spans.forEach((span, index) => {
    const overlap = Math.min(span.to, start + COLUMN_MS) - Math.max(span.from, start);
    const score = overlap > 0 ? PRIORITY[span.state] + overlap / (COLUMN_MS + 1) : -1;
    if (score > best) {
      found = index;
      best = score;
    }
  });
  return found;
}

function total(spans: readonly Span[], of: State): number {
  return spans.reduce((sum, { state, from, to }) => (state === of ? sum + to - from : sum), 0);
}

function countDrops(spans: readonly Span[]): number {
  let count = 0;
  let known: State = "unknown";
  for (const { state } of spans) {
    if (state === "offline" && known !== "offline") count += 1;
    if (state !== "unknown") known = state;
  }
  return count;
}
