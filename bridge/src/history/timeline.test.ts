import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistorySpan } from "../../../shared/src/history.js";
import { timelineOf } from "./timeline.js";

const online = (from: number, to: number): HistorySpan => ({ state: "online", from, to });
const offline = (from: number, to: number): HistorySpan => ({ state: "offline", from, to });
const unknown = (from: number, to: number): HistorySpan => ({ state: "unknown", from, to });

describe("a timeline", () => {
  it("is unknown where nobody wrote anything", () => {
    expect(timelineOf([], 10, 20)).toEqual([unknown(10, 20)]);
    expect(timelineOf([online(12, 15)], 10, 20)).toEqual([unknown(10, 12), online(12, 15), unknown(15, 20)]);
  });

  it("is cut to what was asked for, also where a clock ran ahead", () => {
    expect(timelineOf([online(0, 12), offline(12, 99)], 10, 20)).toEqual([online(10, 12), offline(12, 20)]);
    expect(timelineOf([online(50, 60)], 10, 20)).toEqual([unknown(10, 20)]);
  });

  it("believes what was written later where two spans overlap", () => {
    expect(timelineOf([online(0, 15), offline(12, 20)], 10, 20)).toEqual([online(10, 12), offline(12, 20)]);
    expect(timelineOf([online(14, 20), offline(10, 18)], 10, 20)).toEqual([offline(10, 18), unknown(18, 20)]);
  });

  it("joins neighbours of one state, but not those with another reason", () => {
    expect(timelineOf([online(10, 12), online(12, 20)], 10, 20)).toEqual([online(10, 20)]);
    const why: HistorySpan = { state: "unknown", from: 12, to: 20, reason: "agent-missing" };
    expect(timelineOf([why], 10, 20)).toEqual([unknown(10, 12), why]);
  });

  it("covers the time without a hole, whatever was written, and shows no state in time that nobody wrote about", () => {
    const span = fc
      .tuple(fc.constantFrom("online" as const, "offline" as const), fc.nat(100), fc.integer({ min: -5, max: 40 }))
      .map(([state, from, length]): HistorySpan => ({ state, from, to: from + length }));
    fc.assert(
      fc.property(fc.array(span), fc.nat(60), fc.integer({ min: 1, max: 60 }), (written, from, length) => {
        const now = from + length;
        const timeline = timelineOf(written, from, now);
        let reached = from;
        for (const { from: start, to, state } of timeline) {
          expect(start).toBe(reached);
          expect(to).toBeGreaterThan(start);
          reached = to;
          for (let time = start; time < to; time += 1) {
            const claims = written.filter((one) => one.from <= time && time < one.to);
            if (state !== "unknown") expect(claims.map((one) => one.state)).toContain(state);
            if (claims.length === 0) expect(state).toBe("unknown");
          }
        }
        expect(reached).toBe(now);
        timeline.slice(1).forEach((one, index) => {
          expect(one.state).not.toBe(timeline[index]?.state);
        });
      }),
    );
  });
});
