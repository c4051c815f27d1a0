import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HistorySpan } from "../../../shared/src/history.js";
import type { Present, Reason, State } from "../../../shared/src/protocol.js";
import { validateHistory } from "../../../shared/src/validate.js";
import { silentLog } from "../log/log.js";
import { Recorder } from "./recorder.js";
import { MemoryStore, type NumberedSpan, type Store } from "./store.js";

const START = 1_767_258_000_000;
const HOUR = 3_600_000;
const log = silentLog();
let wall = START;
let steady = 0;

beforeEach(() => {
  vi.useFakeTimers();
  wall = START;
  steady = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(milliseconds: number, step = 1000): void {
  for (let left = milliseconds; left > 0; left -= step) {
    wall += step;
    steady += step;
    vi.advanceTimersByTime(step);
  }
}

function recorderOf(store: Store = new MemoryStore()): Recorder {
  return new Recorder({ store, log, clocks: { unix: () => wall, monotonic: () => steady } });
}

function present(state: State, since: number | null = wall, reason?: Reason): Present {
  const source =
    reason === undefined
      ? ({ status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } } as const)
      : ({ status: "unavailable", reason } as const);
  return { state, since, ageMs: since === null ? 0 : Math.max(0, wall - since), source };
}

/** What is told, in seconds after the start; checked by the validator that the pane uses. */
function told(recorder: Recorder, hours = 1): [state: string, from: number, to: number][] {
  const checked = validateHistory(JSON.stringify(recorder.read(hours)));
  if (checked.kind !== "message") throw new Error(JSON.stringify(checked));
  return checked.message.spans.map(({ state, from, to, reason }: HistorySpan) => [
    reason ?? state,
    (from - START) / 1000,
    (to - START) / 1000,
  ]);
}

class CountingStore extends MemoryStore {
  writes = 0;
  spans = 0;
  override write(spans: readonly NumberedSpan[]): void {
    this.writes += 1;
    this.spans = Math.max(this.spans, spans.length);
    super.write(spans);
  }
}

describe("the history", () => {
  it("shows each state from when it began until the next one, and nothing before the bridge ran", () => {
    const recorder = recorderOf();
    recorder.note(present("online"));
    pass(60_000);
    recorder.note(present("offline", wall - 2000));
    pass(10_000);
    recorder.note(present("unknown", wall, "outlook-not-running"));
    pass(5000);
    expect(told(recorder)).toEqual([
      ["unknown", 75 - 3600, 0],
      ["online", 0, 58],
      ["offline", 58, 70],
      ["outlook-not-running", 70, 75],
    ]);
    recorder.close();
  });

  it("knows how long a state had lasted before the bridge came, when Outlook says so", () => {
    const recorder = recorderOf();
    recorder.note(present("offline", wall - 600_000));
    expect(told(recorder).slice(1)).toEqual([["offline", -600, 0]]);
    recorder.close();
  });

  it("does not guess how long a state had lasted that was found", () => {
    const recorder = recorderOf();
    pass(1000);
    recorder.note({ ...present("offline", null), ageMs: 600_000 });
    pass(1000);
    expect(told(recorder).slice(1)).toEqual([["offline", 1, 2]]);
    recorder.close();
  });

  it("goes on with the same span while only the source differs", () => {
    const recorder = recorderOf();
    recorder.note(present("online"));
    pass(5000);
    recorder.note({ ...present("online", null), ageMs: 5000 });
    pass(5000);
    expect(told(recorder).slice(1)).toEqual([["online", 0, 10]]);
    recorder.close();
  });
});

describe("time that nobody watched", () => {
  it("is unknown after a crash, from 20 s at most before it", () => {
    const store = new MemoryStore();
    const first = recorderOf(store);
    first.note(present("online"));
    pass(70_000);
    // The first one is never closed: it has crashed. What it held in memory is lost.
    vi.clearAllTimers();
    pass(100_000);
    const second = recorderOf(store);
    second.note(present("offline", null));
    pass(1000);
    expect(told(second).slice(1)).toEqual([
      ["online", 0, 60],
      ["unknown", 60, 170],
      ["offline", 170, 171],
    ]);
    second.close();
  });

  it("is known until the very end after a stop", () => {
    const store = new CountingStore();
    store.close = () => undefined;
    const recorder = recorderOf(store);
    recorder.note(present("online"));
    pass(7000);
    recorder.close();
    expect(store.read(0)).toEqual([{ state: "online", from: START, to: START + 7000, reason: undefined }]);
  });

  it.each([
    ["and the monotonic clock slept with it", 0],
    ["and the monotonic clock went on", 3 * HOUR],
  ])("is unknown while the machine sleeps, %s", (_what, counted) => {
    const recorder = recorderOf();
    recorder.note(present("online"));
    pass(60_000);
    wall += 3 * HOUR;
    steady += counted;
    pass(30_000);
    const spans = told(recorder, 4).slice(1);
    expect(spans.map(([state]) => state)).toEqual(["online", "unknown", "online"]);
    expect(spans[1]?.[1]).toBe(60);
    expect(spans[1]?.[2]).toBeGreaterThanOrEqual(60 + 3 * 3600);
    recorder.close();
  });

  it("is not invented by a clock that is set back an hour: the later knowledge counts", () => {
    const recorder = recorderOf();
    recorder.note(present("online"));
    pass(2 * HOUR, 10_000);
    wall -= HOUR;
    recorder.note(present("offline", wall));
    pass(60_000);
    expect(told(recorder, 3).slice(-2)).toEqual([
      ["online", 0, 3600],
      ["offline", 3600, 3660],
    ]);
    recorder.close();
  });
});

describe("the cost of the history", () => {
  it("is one write a second at most in a burst of 10,000 changes in 10 s", () => {
    const store = new CountingStore();
    const recorder = recorderOf(store);
    for (let number = 0; number < 10_000; number += 1) {
      recorder.note(present(number % 2 === 0 ? "online" : "offline"));
      pass(1, 1);
    }
    expect(store.writes).toBeGreaterThan(0);
    expect(store.writes).toBeLessThanOrEqual(10);
    recorder.close();
  });

  it("is on disk as soon as it has been told, and again a second later at the earliest", () => {
    const store = new CountingStore();
    const recorder = recorderOf(store);
    const written: number[] = [];
    for (let at = 0; at < 3000; at += 50) {
      recorder.note(present(at % 100 === 0 ? "online" : "offline"));
      pass(20, 1);
      expect(store.writes, "by the timer").toBe(written.length);
      recorder.settle();
      if (store.writes > written.length) written.push(steady);
      pass(30, 1);
    }
    expect(written).toEqual([20, 1020, 2020]);
    pass(1000, 1);
    expect(store.writes).toBe(4);
    recorder.close();
  });

  it("is a bounded memory, also when no write comes in between", () => {
    const store = new CountingStore();
    const recorder = recorderOf(store);
    for (let number = 0; number < 10_000; number += 1) {
      wall += 1;
      steady += 1;
      recorder.note(present(number % 2 === 0 ? "online" : "offline"));
    }
    pass(1000);
    expect(store.spans).toBeGreaterThan(0);
    expect(store.spans).toBeLessThanOrEqual(1000);
    recorder.close();
  });

  it("is one write each 20 s while nothing changes", () => {
    const store = new CountingStore();
    const recorder = recorderOf(store);
    recorder.note(present("online"));
    pass(1000);
    expect(store.writes).toBe(1);
    store.writes = 0;
    pass(600_000);
    expect(store.writes).toBe(30);
    recorder.close();
  });

  it("writes while the process is awake for something else, and is then not woken for it", () => {
    const store = new CountingStore();
    const recorder = recorderOf(store);
    recorder.note(present("online"));
    pass(1000);
    expect(store.writes).toBe(1);
    store.writes = 0;
    for (let beats = 1; beats <= 12; beats += 1) {
      pass(5000);
      recorder.awake();
    }
    expect(store.writes).toBe(4);
    pass(60_000);
    expect(store.writes).toBe(7);
    recorder.close();
  });

  it("has but one timer, and none when it is closed", () => {
    const recorder = recorderOf();
    for (let beats = 1; beats <= 6; beats += 1) {
      pass(5000);
      recorder.awake();
    }
    expect(vi.getTimerCount()).toBe(1);
    recorder.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not grow beyond 30 days", () => {
    const store = new MemoryStore();
    const recorder = recorderOf(store);
    for (let day = 0; day < 40; day += 1) {
      recorder.note(present(day % 2 === 0 ? "online" : "offline"));
      // Asleep but for a moment each day.
      wall += 24 * HOUR;
      steady += 24 * HOUR;
      pass(20_000);
    }
    expect(store.read(0).length).toBeLessThan(80);
    expect(Math.min(...store.read(0).map(({ to }) => to))).toBeGreaterThanOrEqual(wall - 31 * 24 * HOUR);
    recorder.close();
  });
});

describe("a disk that fails", () => {
  it("costs no change while it fails for a while, and nothing stops", () => {
    let fails = true;
    class FailingStore extends MemoryStore {
      override write(spans: readonly NumberedSpan[]): void {
        if (fails) throw new Error("SQLITE_FULL: database or disk is full");
        super.write(spans);
      }
    }
    const recorder = recorderOf(new FailingStore());
    recorder.note(present("online"));
    pass(30_000);
    recorder.note(present("offline"));
    pass(30_000);
    expect(told(recorder).slice(1)).toEqual([
      ["online", 0, 30],
      ["offline", 30, 60],
    ]);
    fails = false;
    pass(30_000);
    expect(told(recorder).slice(1)).toEqual([
      ["online", 0, 30],
      ["offline", 30, 90],
    ]);
    recorder.close();
  });
});
