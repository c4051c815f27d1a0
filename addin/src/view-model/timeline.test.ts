import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { History, State } from "../../../shared/src/contract.js";
import { COLUMNS, createTimeline, spanInColumn, TIMELINE_MS, type Span } from "./timeline.js";

const NOW = Date.UTC(2026, 2, 18, 15);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A history that ends at `NOW - agoMs`. @param starts states and when they start, in milliseconds before `NOW` */
function history(agoMs: number, ...starts: readonly (readonly [State, number])[]): History {
  const end = NOW - agoMs;
  const spans = starts.map(([state, before], index) => ({
    state,
    from: NOW - before,
    to: index + 1 < starts.length ? NOW - (starts[index + 1]?.[1] ?? 0) : end,
  }));
  return { protocol: 1, now: end, from: spans[0]?.from ?? end, spans };
}

const short = (spans: readonly Span[]): string[] =>
  spans.map(({ state, from, to }) => `${state} ${(from - NOW) / MINUTE}..${(to - NOW) / MINUTE}`);

describe("createTimeline", () => {
  it("continues the history with the current state", () => {
    const known = history(10 * MINUTE, ["online", TIMELINE_MS], ["offline", 60 * MINUTE], ["online", 30 * MINUTE]);
    const { spans, offlineMs, drops } = createTimeline(known, { now: NOW, state: "offline", since: NOW - 4 * MINUTE });
    expect(short(spans)).toEqual(["online -1440..-60", "offline -60..-30", "online -30..-4", "offline -4..0"]);
    expect(offlineMs).toBe(34 * MINUTE);
    expect(drops).toBe(2);
  });

  it("joins the current state with the last span of the history", () => {
    const known = history(MINUTE, ["online", TIMELINE_MS]);
    expect(short(createTimeline(known, { now: NOW, state: "online", since: NOW - 9 * HOUR }).spans)).toEqual([
      "online -1440..0",
    ]);
  });

  it("shows time without data as unknown, never as online", () => {
    const withoutHistory = createTimeline(null, { now: NOW, state: "online", since: NOW - HOUR });
    expect(short(withoutHistory.spans)).toEqual(["unknown -1440..-60", "online -60..0"]);
    expect(withoutHistory.unknownMs).toBe(23 * HOUR);
    const nothing = createTimeline(null, { now: NOW, state: "unknown", since: null });
    expect(short(nothing.spans)).toEqual(["unknown -1440..0"]);
    expect(nothing.bars).toEqual([{ state: "unknown", column: 0, width: COLUMNS }]);
  });

  it("shows unknown since the last message of the bridge", () => {
    const known = history(30 * MINUTE, ["online", TIMELINE_MS]);
    const { spans } = createTimeline(known, { now: NOW, state: "unknown", since: NOW - 20 * MINUTE });
    expect(short(spans)).toEqual(["online -1440..-20", "unknown -20..0"]);
  });

  it("cuts off what is older than 24 hours", () => {
    const known = history(0, ["offline", 30 * HOUR], ["online", 23 * HOUR]);
    expect(short(createTimeline(known, { now: NOW, state: "online", since: null }).spans)).toEqual([
      "offline -1440..-1380",
      "online -1380..0",
    ]);
  });

  it("counts a drop once if the state was unknown in the middle of it", () => {
    const known = history(0, ["online", 9 * HOUR], ["offline", 8 * HOUR], ["unknown", 7 * HOUR], ["offline", 6 * HOUR]);
    expect(createTimeline(known, { now: NOW, state: "offline", since: null }).drops).toBe(1);
  });

  it("shows a drop of one second and finds it by its column", () => {
    const known = history(0, ["online", TIMELINE_MS], ["offline", 6 * HOUR], ["online", 6 * HOUR - 1000]);
    const result = createTimeline(known, { now: NOW, state: "online", since: null });
    const bar = result.bars.find(({ state }) => state === "offline");
    expect(bar).toEqual({ state: "offline", column: COLUMNS * 0.75, width: 1 });
    expect(result.spans[spanInColumn(result, COLUMNS * 0.75)]?.state).toBe("offline");
  });

  it("returns contiguous, ascending and bounded spans for any history and clock", () => {
    const state = fc.constantFrom<State>("online", "offline", "unknown");
    const steps = fc.array(fc.tuple(state, fc.integer({ min: 1, max: 3 * HOUR })), { maxLength: 60 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: -HOUR, max: 40 * HOUR }),
        state,
        fc.integer({ min: -HOUR, max: 40 * HOUR }),
        (list, ago, currentState, since) => {
          let at = NOW - 30 * HOUR;
          const spans = list.map(([one, length]) => ({ state: one, from: at, to: (at += length) }));
          const known: History = { protocol: 1, now: at, from: NOW - 30 * HOUR, spans };
          const result = createTimeline(known, { now: NOW, state: currentState, since: ago < 0 ? null : NOW - since });
          expect(result.spans[0]?.from).toBe(NOW - TIMELINE_MS);
          expect(result.spans.at(-1)?.to).toBe(NOW);
          result.spans.slice(1).forEach((span, index) => {
            expect(span.from).toBe(result.spans[index]?.to);
            expect(span.state).not.toBe(result.spans[index]?.state);
          });
          expect(result.bars.reduce((sum, { width }) => sum + width, 0)).toBe(COLUMNS);
        },
      ),
    );
  });
});
