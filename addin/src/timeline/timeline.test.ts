import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { History } from "../../../shared/src/history.js";
import type { State } from "../../../shared/src/protocol.js";
import { COLUMNS, spanInColumn, timeline, TIMELINE_MS, type Span } from "./timeline.js";

const NOW = Date.UTC(2026, 2, 18, 15);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A history that ends at `NOW - agoMs`, of states that begin so many milliseconds before `NOW`. */
function history(agoMs: number, ...begins: readonly (readonly [State, number])[]): History {
  const end = NOW - agoMs;
  const spans = begins.map(([state, before], index) => ({
    state,
    from: NOW - before,
    to: index + 1 < begins.length ? NOW - (begins[index + 1]?.[1] ?? 0) : end,
  }));
  return { protocol: 1, now: end, from: spans[0]?.from ?? end, spans };
}

const short = (spans: readonly Span[]): string[] =>
  spans.map(({ state, from, to }) => `${state} ${(from - NOW) / MINUTE}..${(to - NOW) / MINUTE}`);

describe("the last 24 hours", () => {
  it("are the history, led on to now by the present state", () => {
    const known = history(10 * MINUTE, ["online", TIMELINE_MS], ["offline", 60 * MINUTE], ["online", 30 * MINUTE]);
    const { spans, offlineMs, drops } = timeline(known, { now: NOW, state: "offline", since: NOW - 4 * MINUTE });
    expect(short(spans)).toEqual(["online -1440..-60", "offline -60..-30", "online -30..-4", "offline -4..0"]);
    expect(offlineMs).toBe(34 * MINUTE);
    expect(drops).toBe(2);
  });

  it("join the present state with the history's last one", () => {
    const known = history(MINUTE, ["online", TIMELINE_MS]);
    expect(short(timeline(known, { now: NOW, state: "online", since: NOW - 9 * HOUR }).spans)).toEqual([
      "online -1440..0",
    ]);
  });

  it("are unknown where nothing is known, never online", () => {
    const without = timeline(null, { now: NOW, state: "online", since: NOW - HOUR });
    expect(short(without.spans)).toEqual(["unknown -1440..-60", "online -60..0"]);
    expect(without.unknownMs).toBe(23 * HOUR);
    const nothing = timeline(null, { now: NOW, state: "unknown", since: null });
    expect(short(nothing.spans)).toEqual(["unknown -1440..0"]);
    expect(nothing.bars).toEqual([{ state: "unknown", column: 0, width: COLUMNS }]);
  });

  it("are unknown from the moment on at which the bridge was last heard", () => {
    const known = history(30 * MINUTE, ["online", TIMELINE_MS]);
    const { spans } = timeline(known, { now: NOW, state: "unknown", since: NOW - 20 * MINUTE });
    expect(short(spans)).toEqual(["online -1440..-20", "unknown -20..0"]);
  });

  it("cut off what is older", () => {
    const known = history(0, ["offline", 30 * HOUR], ["online", 23 * HOUR]);
    expect(short(timeline(known, { now: NOW, state: "online", since: null }).spans)).toEqual([
      "offline -1440..-1380",
      "online -1380..0",
    ]);
  });

  it("count a drop once when the state was not known in the middle of it", () => {
    const known = history(0, ["online", 9 * HOUR], ["offline", 8 * HOUR], ["unknown", 7 * HOUR], ["offline", 6 * HOUR]);
    expect(timeline(known, { now: NOW, state: "offline", since: null }).drops).toBe(1);
  });

  it("show a drop of a second, and find it under the pointer", () => {
    const known = history(0, ["online", TIMELINE_MS], ["offline", 6 * HOUR], ["online", 6 * HOUR - 1000]);
    const drawn = timeline(known, { now: NOW, state: "online", since: null });
    const bar = drawn.bars.find(({ state }) => state === "offline");
    expect(bar).toEqual({ state: "offline", column: COLUMNS * 0.75, width: 1 });
    expect(drawn.spans[spanInColumn(drawn, COLUMNS * 0.75)]?.state).toBe("offline");
  });

  it("are whole, ascending and bounded, whatever the history and the clocks", () => {
    const state = fc.constantFrom<State>("online", "offline", "unknown");
    const steps = fc.array(fc.tuple(state, fc.integer({ min: 1, max: 3 * HOUR })), { maxLength: 60 });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: -HOUR, max: 40 * HOUR }),
        state,
        fc.integer({ min: -HOUR, max: 40 * HOUR }),
        (list, ago, present, since) => {
          let at = NOW - 30 * HOUR;
          const spans = list.map(([one, length]) => ({ state: one, from: at, to: (at += length) }));
          const known: History = { protocol: 1, now: at, from: NOW - 30 * HOUR, spans };
          const drawn = timeline(known, { now: NOW, state: present, since: ago < 0 ? null : NOW - since });
          expect(drawn.spans[0]?.from).toBe(NOW - TIMELINE_MS);
          expect(drawn.spans.at(-1)?.to).toBe(NOW);
          drawn.spans.slice(1).forEach((span, index) => {
            expect(span.from).toBe(drawn.spans[index]?.to);
            expect(span.state).not.toBe(drawn.spans[index]?.state);
          });
          expect(drawn.bars.reduce((sum, { width }) => sum + width, 0)).toBe(COLUMNS);
        },
      ),
    );
  });
});
