/** Makes one timeline without holes out of spans as they were written down. */
import type { HistorySpan } from "../../../shared/src/history.js";

/**
 * Spans that cover [from, now], contiguous and ascending. `written` is in the order of writing: where two spans overlap,
 * because a clock was set back, the later knowledge counts. What no span covers is unknown, for no reason that is known.
 */
export function timelineOf(written: readonly HistorySpan[], from: number, now: number): HistorySpan[] {
  const timeline: HistorySpan[] = [];
  let reached = from;
  for (const span of withoutOverlap(written)) {
    const start = Math.max(span.from, from);
    const end = Math.min(span.to, now);
    if (end <= start) continue;
    if (start > reached) append(timeline, { state: "unknown", from: reached, to: start });
    append(timeline, { ...span, from: start, to: end });
    reached = end;
  }
  if (reached < now) append(timeline, { state: "unknown", from: reached, to: now });
  return timeline;
}

function withoutOverlap(written: readonly HistorySpan[]): HistorySpan[] {
  const ordered: HistorySpan[] = [];
  for (const span of written) {
    if (span.to <= span.from) continue;
    for (let last = ordered.at(-1); last !== undefined && last.to > span.from; last = ordered.at(-1)) {
      ordered.pop();
      if (last.from < span.from) ordered.push({ ...last, to: span.from });
    }
    ordered.push(span);
  }
  return ordered;
}

/** Joins a span to the one before it when nothing differs but the time. */
function append(timeline: HistorySpan[], span: HistorySpan): void {
  const last = timeline.at(-1);
  if (last?.state === span.state && last.reason === span.reason && last.to === span.from) {
    timeline[timeline.length - 1] = { ...last, to: span.to };
  } else {
    timeline.push(span);
  }
}
