import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { HistorySpan } from "../../../shared/src/contract.js";
import { addToStretches, type NumberedSpan, type Stretch } from "./store.js";
import { expiredUpTo, placeStretches, Timeline } from "./timeline.js";

const online = (from: number, to: number): HistorySpan => ({ state: "online", from, to });
const offline = (from: number, to: number): HistorySpan => ({ state: "offline", from, to });
const unknown = (from: number, to: number): HistorySpan => ({ state: "unknown", from, to });

function timelineOf(spans: readonly HistorySpan[], from: number, now: number): HistorySpan[] {
  const timeline = new Timeline(from, now);
  const all: HistorySpan[] = [];
  for (const span of spans) {
    timeline.add(span);
    all.push(...timeline.take());
  }
  return [...all, ...timeline.finish()];
}

describe("a timeline", () => {
  it("is unknown where nothing was recorded", () => {
    expect(timelineOf([], 10, 20)).toEqual([unknown(10, 20)]);
    expect(timelineOf([online(12, 15)], 10, 20)).toEqual([unknown(10, 12), online(12, 15), unknown(15, 20)]);
  });

  it("is cut to the requested time", () => {
    expect(timelineOf([online(0, 12), offline(12, 99)], 10, 20)).toEqual([online(10, 12), offline(12, 20)]);
    expect(timelineOf([online(50, 60)], 10, 20)).toEqual([unknown(10, 20)]);
    expect(timelineOf([online(0, 10)], 10, 20)).toEqual([unknown(10, 20)]);
  });

  it("joins neighbours of one state, but not those with another reason", () => {
    expect(timelineOf([online(10, 12), online(12, 20)], 10, 20)).toEqual([online(10, 20)]);
    const why: HistorySpan = { state: "unknown", from: 12, to: 20, reason: "agent-missing" };
    expect(timelineOf([why], 10, 20)).toEqual([unknown(10, 12), why]);
  });

  it("covers the time without a gap, whatever is added, and shows no state in time that was not recorded", () => {
    const span = fc
      .tuple(fc.constantFrom("online" as const, "offline" as const), fc.nat(100), fc.integer({ min: -5, max: 40 }))
      .map(([state, from, length]): HistorySpan => ({ state, from, to: from + length }));
    fc.assert(
      fc.property(fc.array(span), fc.nat(60), fc.integer({ min: 1, max: 60 }), (added, from, length) => {
        const now = from + length;
        const timeline = timelineOf(added, from, now);
        let reached = from;
        for (const { from: start, to, state } of timeline) {
          expect(start).toBe(reached);
          expect(to).toBeGreaterThan(start);
          reached = to;
          for (let time = start; time < to; time += 1) {
            const claims = added.filter((one) => one.from <= time && time < one.to);
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

/** Stretches in the order of recording, each of one span. */
function stretchesOf(...times: readonly (readonly [from: number, to: number])[]): Stretch[] {
  return times.map(([from, to], index) => ({ first: index + 1, last: index + 1, from, to }));
}

async function placed(stretches: readonly Stretch[], now: number): Promise<number[][]> {
  return (await placeStretches(stretches, now)).map(({ first, from, to }) => [first, from, to]);
}

describe("stretches of recorded time", () => {
  it("end at a gap, at a missing number, and where the clock was set", () => {
    const stretches: Stretch[] = [];
    const add = (number: number, from: number, to: number): void => {
      addToStretches(stretches, { number, from, to, state: "online" } satisfies NumberedSpan);
    };
    add(1, 0, 10);
    add(2, 10, 15);
    add(2, 10, 20);
    add(3, 21, 30);
    add(5, 30, 40);
    add(6, 35, 50);
    // The state before it ended earlier than was recorded.
    add(6, 35, 45);
    add(7, 45, 60);
    expect(stretches).toEqual([
      { first: 1, last: 2, from: 0, to: 20 },
      { first: 3, last: 3, from: 21, to: 30 },
      { first: 5, last: 5, from: 30, to: 40 },
      { first: 6, last: 7, from: 35, to: 60 },
    ]);
  });

  it("are shown as they are while each begins after the one before it", async () => {
    expect(await placed(stretchesOf([0, 10], [10, 20], [30, 40]), 40)).toEqual([
      [1, 0, 10],
      [2, 10, 20],
      [3, 30, 40],
    ]);
  });

  it("are left out if they contradict stretches that cover more time", async () => {
    // The clock was behind, then put right.
    expect(await placed(stretchesOf([0, 100], [40, 45], [110, 120]), 120)).toEqual([
      [1, 0, 100],
      [3, 110, 120],
    ]);
    // It was ahead, and the remaining time was recorded in many stretches.
    expect(await placed(stretchesOf([0, 10], [90, 95], [11, 30], [31, 60], [61, 99]), 100)).toEqual([
      [1, 0, 10],
      [3, 11, 30],
      [4, 31, 60],
      [5, 61, 99],
    ]);
    // It is ahead of the present clock still.
    expect(await placed(stretchesOf([0, 10], [90, 95], [11, 30]), 30)).toEqual([
      [1, 0, 10],
      [3, 11, 30],
    ]);
  });

  it("count less than the later one where they overlap, if that one covers more", async () => {
    expect(await placed(stretchesOf([0, 100], [90, 200]), 200)).toEqual([
      [1, 0, 90],
      [2, 90, 200],
    ]);
    expect(await placed(stretchesOf([50, 60], [0, 100]), 100)).toEqual([[2, 0, 100]]);
    expect(await placed(stretchesOf([50, 60], [50, 100]), 100)).toEqual([
      [1, 50, 50],
      [2, 50, 100],
    ]);
  });

  it("are shown whatever they contradict while they are being recorded", async () => {
    expect(await placed(stretchesOf([0, 100], [40, 45]), 45)).toEqual([
      [1, 0, 40],
      [2, 40, 45],
    ]);
    expect(await placed(stretchesOf([0, 10], [30, 100], [20, 21], [40, 45]), 45)).toEqual([
      [1, 0, 10],
      [2, 30, 40],
      [4, 40, 45],
    ]);
    expect(await placed(stretchesOf([0, 100], [40, 45]), 200)).toEqual([[1, 0, 100]]);
  });

  it("are never shown after the present", async () => {
    expect(await placed(stretchesOf([0, 100], [50, 130], [140, 150]), 120)).toEqual([
      [1, 0, 50],
      [2, 50, 120],
    ]);
  });

  it("cover the most time, ascend and do not overlap, whatever the clock did", async () => {
    const stretch = fc.tuple(fc.nat(30), fc.nat(10)).map(([from, length]) => [from, from + length] as const);
    await fc.assert(
      fc.asyncProperty(fc.array(stretch, { maxLength: 7 }), fc.nat(40), async (times, now) => {
        const stretches = stretchesOf(...times);
        const shown = await placeStretches(stretches, now);
        shown.forEach(({ from, to, first }, index) => {
          const original = stretches[first - 1];
          expect(from).toBe(original?.from);
          expect(to).toBeLessThanOrEqual(Math.min(original?.to ?? 0, now));
          expect(first).toBeGreaterThan(shown[index - 1]?.first ?? 0);
          expect(from).toBeGreaterThanOrEqual(shown[index - 1]?.to ?? 0);
        });
        expect(covered(shown)).toBe(mostCovered(stretches, now));
        const newest = stretches.at(-1);
        if (newest !== undefined && newest.from < now && newest.to >= now)
          expect(shown.at(-1)).toEqual({ ...newest, to: now });
      }),
    );
  });

  it("are placed while other work is done, however often the clock jumped", async () => {
    const stretches = stretchesOf(
      ...Array.from({ length: 3000 }, (_, at) => [(at * 7919) % 5000, ((at * 7919) % 5000) + 3] as const),
    );
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    await placeStretches(stretches, 10_000);
    counting = false;
    expect(turns).toBeGreaterThanOrEqual(25);
  });
});

function covered(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** By trying every selection whose beginnings ascend. */
function mostCovered(stretches: readonly Stretch[], now: number): number {
  let most = 0;
  for (let selection = 0; selection < 1 << stretches.length; selection += 1) {
    const chosen = stretches.filter((_, index) => (selection >> index) % 2 === 1);
    if (chosen.some(({ from }, index) => from < (chosen[index - 1]?.from ?? 0))) continue;
    const ends = chosen.map(({ to }, index) => Math.min(to, now, chosen[index + 1]?.from ?? now));
    const sum = chosen.reduce((total, { from }, index) => total + Math.max(0, (ends[index] ?? 0) - from), 0);
    most = Math.max(most, sum);
  }
  return most;
}

describe("what is known to have expired", () => {
  const DAY = 86_400_000;
  const days = (...times: readonly (readonly [from: number, to: number])[]): Stretch[] =>
    stretchesOf(...times.map(([from, to]) => [from * DAY, to * DAY] as const));
  const KEEP = 30 * DAY;

  it("is older than the limit and four days, by what was recorded since", () => {
    const stretches = days([0, 5], [6, 10], [11, 38]);
    expect(expiredUpTo(stretches, 38 * DAY, KEEP)).toMatchObject({ upTo: 0, next: { before: 4 * DAY } });
    expect(expiredUpTo(days([0, 5], [6, 10], [11, 40]), 40 * DAY, KEEP)).toMatchObject({
      upTo: 1,
      next: { stretch: { first: 2 }, before: 6 * DAY },
    });
  });

  it("counts weekends, and not a gap after which the clock may be wrong", () => {
    expect(expiredUpTo(days([0, 1], [4, 36]), 36 * DAY, KEEP).upTo).toBe(1);
    expect(expiredUpTo(days([0, 1], [6, 38]), 38 * DAY, KEEP).upTo).toBe(0);
    // Forty days later, with a clock that may be wrong: nothing has expired.
    expect(expiredUpTo(days([0, 30]), 70 * DAY, KEEP)).toMatchObject({ upTo: 0, next: { before: -4 * DAY } });
    // Until as much was recorded since.
    expect(expiredUpTo(days([0, 30], [70, 105]), 105 * DAY, KEEP).upTo).toBe(1);
  });

  it("is the same before and after a clock was wrong", () => {
    const right = days([0, 20], [20, 37]);
    const limit = expiredUpTo(right, 37 * DAY, KEEP);
    expect(limit).toMatchObject({ upTo: 0, next: { before: 3 * DAY } });
    for (const error of [60, 3, -3, -20, 1000]) {
      const wrong = days([0, 20], [20 + error, 20 + error], [20, 37]);
      expect(expiredUpTo(wrong, 37 * DAY, KEEP), `off by ${error} days`).toMatchObject({
        upTo: 0,
        next: { before: 3 * DAY },
      });
      // During the error nothing visible has expired.
      const during = expiredUpTo(wrong.slice(0, 2), (20 + error) * DAY, KEEP);
      expect(during.next?.before, `during an error of ${error} days`).toBeLessThanOrEqual(0);
    }
  });

  it("is nothing without a history", () => {
    expect(expiredUpTo([], 10, 5)).toEqual({ upTo: 0 });
  });
});
