// Real files; the clocks and timers are the test's.
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Status, type Reason, type State, parseHistory } from "../../../shared/src/contract.js";
import { temporaryFolder } from "../../../test/support/temporary-folder.js";
import { silentLog } from "../log/log.js";
import { HISTORY_FILE, openStore } from "./open-store.js";
import { Recorder } from "./recorder.js";
import type { DurableStore, NumberedSpan } from "./store.js";

const START = 1_767_258_000_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const log = silentLog();
let folder = "";
let wall = START;
let steady = 0;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval"] });
  folder = temporaryFolder();
  wall = START;
  steady = 0;
});
afterEach(() => {
  vi.useRealTimers();
});

function pass(milliseconds: number, step = 1000): void {
  for (let left = milliseconds; left > 0; left -= step) {
    wall += Math.min(step, left);
    steady += Math.min(step, left);
    vi.advanceTimersByTime(Math.min(step, left));
  }
}

function openHistory(): Promise<DurableStore> {
  return openStore(folder, log, () => undefined);
}

async function startRecorder(store?: DurableStore): Promise<Recorder> {
  const opened = store ?? (await openHistory());
  const recorder = new Recorder({ store: opened, log, clocks: { unix: () => wall, monotonic: () => steady } });
  onTestFinished(() => {
    recorder.close();
  });
  return recorder;
}

function statusOf(state: State, since: number | null = wall, reason?: Reason): Status {
  const source =
    reason === undefined
      ? ({ status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } } as const)
      : ({ status: "unavailable", reason } as const);
  return { state, since, ageMs: since === null ? 0 : Math.max(0, wall - since), source };
}

/** What the recorder returns, validated as in the pane; times in seconds after START. */
async function shown(recorder: Recorder, hours = 1): Promise<[state: string, from: number, to: number][]> {
  const { pages, ...head } = recorder.read(hours);
  const spans = [];
  for await (const page of pages) spans.push(...page);
  const checked = parseHistory(JSON.stringify({ ...head, spans }));
  if (checked.kind !== "message") throw new Error(JSON.stringify(checked));
  return checked.message.spans.map(({ state, from, to, reason }) => [
    reason ?? state,
    (from - START) / 1000,
    (to - START) / 1000,
  ]);
}

/** The rows of the file, as another program reads them. */
function stored(): { state: string; reason: string | null; began: number; ended: number }[] {
  const database = new Database(join(folder, HISTORY_FILE));
  const rows = database.prepare("SELECT state, reason, began, ended FROM span ORDER BY number").all();
  database.close();
  return rows as ReturnType<typeof stored>;
}

/** Counts the writes of a store, and how many spans the greatest had. */
function counted(store: DurableStore): { writes: number; spans: number } {
  const counts = { writes: 0, spans: 0 };
  const write = store.write.bind(store);
  store.write = (spans) => {
    counts.writes += 1;
    counts.spans = Math.max(counts.spans, spans.length);
    write(spans);
  };
  return counts;
}

describe("Recorder", () => {
  it("shows each state from when it began until the next one, and nothing before the bridge ran", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(60_000);
    recorder.record(statusOf("offline", wall - 2000));
    pass(10_000);
    recorder.record(statusOf("unknown", wall, "outlook-not-running"));
    pass(5000);
    expect(await shown(recorder)).toEqual([
      ["unknown", 75 - 3600, 0],
      ["online", 0, 58],
      ["offline", 58, 70],
      ["outlook-not-running", 70, 75],
    ]);
  });

  it("shows how long a state had lasted before the bridge started if Outlook reports it", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("offline", wall - 600_000));
    expect((await shown(recorder)).slice(1)).toEqual([["offline", -600, 0]]);
  });

  it("does not guess how long a state had lasted that was found", async () => {
    const recorder = await startRecorder();
    pass(1000);
    recorder.record({ ...statusOf("offline", null), ageMs: 600_000 });
    pass(1000);
    expect((await shown(recorder)).slice(1)).toEqual([["offline", 1, 2]]);
  });

  it("continues the span while only the source differs", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(5000);
    recorder.record({ ...statusOf("online", null), ageMs: 5000 });
    pass(5000);
    expect((await shown(recorder)).slice(1)).toEqual([["online", 0, 10]]);
  });

  it("ends a state when it was last known, if the source listens and the state is unknown since then", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(60_000);
    recorder.record(statusOf("unknown", wall - 50_000));
    pass(10_000);
    expect((await shown(recorder)).slice(1)).toEqual([
      ["online", 0, 10],
      ["unknown", 10, 70],
    ]);
    // Confirmed: it had lasted until 5 s ago.
    recorder.record({ ...statusOf("online", wall - 60_000) });
    recorder.record(statusOf("unknown", wall - 5000));
    expect((await shown(recorder)).slice(1)).toEqual([
      ["online", 0, 65],
      ["unknown", 65, 70],
    ]);
  });

  it("does not date a state back into the time of another one that was seen", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(60_000);
    recorder.record(statusOf("unknown", wall, "outlook-not-running"));
    pass(60_000);
    recorder.record(statusOf("offline", wall - 100_000));
    expect((await shown(recorder)).slice(1)).toEqual([
      ["online", 0, 60],
      ["offline", 60, 120],
    ]);
  });
});

describe("a state that Outlook dates back", () => {
  it("leaves nothing of what was seen since, if it is unknown since then", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("offline"));
    pass(60_000);
    recorder.record(statusOf("online"));
    pass(60_000);
    recorder.record(statusOf("unknown", wall - 90_000));
    expect((await shown(recorder)).slice(1)).toEqual([
      ["offline", 0, 30],
      ["unknown", 30, 120],
    ]);
  });

  it("is recorded as such if the clock was set back in the meantime", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(60_000);
    wall -= HOUR;
    recorder.record(statusOf("offline", wall - 30_000));
    pass(10_000);
    expect((await shown(recorder)).slice(1)).toEqual([["offline", 60 - 3600 - 30, 60 - 3600 + 10]]);
  });
});

describe("time that was not recorded", () => {
  it("is unknown after a crash, from 20 s at most before it", async () => {
    const first = await startRecorder();
    first.record(statusOf("online"));
    pass(70_000);
    // The first one is not closed: it has crashed. What it held in memory is lost.
    vi.clearAllTimers();
    pass(100_000);
    const second = await startRecorder();
    second.record(statusOf("offline", null));
    pass(1000);
    expect((await shown(second)).slice(1)).toEqual([
      ["online", 0, 60],
      ["unknown", 60, 170],
      ["offline", 170, 171],
    ]);
  });

  it("is known until the very end after a stop", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(7000);
    recorder.close();
    expect(stored()).toEqual([{ state: "online", reason: null, began: START, ended: START + 7000 }]);
  });

  it.each([
    ["and the monotonic clock slept with it", 0],
    ["and the monotonic clock went on", 3 * HOUR],
  ])("is unknown while the machine sleeps, %s", async (_what, elapsed) => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(60_000);
    wall += 3 * HOUR;
    steady += elapsed;
    pass(30_000);
    const spans = (await shown(recorder, 4)).slice(1);
    expect(spans.map(([state]) => state)).toEqual(["online", "unknown", "online"]);
    expect(spans[1]?.[1]).toBe(60);
    expect(spans[1]?.[2]).toBeGreaterThanOrEqual(60 + 3 * 3600);
  });
});

describe("a wrong clock", () => {
  const HISTORY_DAYS = 25;

  /** A month with a run of the bridge each day, and a change every five hours of it. */
  async function aMonth(): Promise<void> {
    const store = await openHistory();
    const spans = Array.from({ length: HISTORY_DAYS * 4 }, (_, index): NumberedSpan => {
      const from = wall + (Math.floor(index / 4) - HISTORY_DAYS) * DAY + (index % 4) * 5 * HOUR;
      const state = (["online", "offline", "online", "unknown"] as const)[index % 4] ?? "unknown";
      return { number: index + 1, state, from, to: from + 5 * HOUR };
    });
    store.write(spans);
    store.close();
  }

  /** One run of the bridge whose clock is wrong by `error`. */
  async function aRun(error: number, lasts: number, state: State = "offline"): Promise<void> {
    wall += error;
    const recorder = await startRecorder();
    recorder.record(statusOf(state));
    pass(lasts, 20_000);
    recorder.close();
    wall -= error;
  }

  it.each([
    ["60 days ahead", 60 * DAY],
    ["3 days ahead", 3 * DAY],
    ["3 days back", -3 * DAY],
    ["20 days back", -20 * DAY],
    ["at 1970", -START + 1000],
  ])("of one start, %s, neither deletes nor hides what was recorded", async (_what, error) => {
    await aMonth();
    const before = await startRecorder();
    const expected = await shown(before, 720);
    before.close();
    expect(expected.length).toBeGreaterThan(3 * HISTORY_DAYS);
    const rows = stored();
    const begin = wall;
    await aRun(error, 2 * HOUR);
    expect(stored().slice(0, rows.length)).toEqual(rows);
    const after = await startRecorder();
    after.record(statusOf("online"));
    pass(MINUTE);
    // All that was shown, but for what has passed the edge of the 30 days; what the wrong clock recorded is nowhere.
    const edge = (wall - 720 * HOUR - START) / 1000;
    const until = (begin - START) / 1000;
    const seen = await shown(after, 720);
    expect(seen.filter(([, from]) => from < until - 4 * 3600)).toEqual(
      expected
        .filter(([, from, to]) => to > edge && from < until - 4 * 3600)
        .map(([state, from, to]) => [state, Math.max(from, edge), to === until ? until + 2 * 3600 : to]),
    );
    expect(seen.at(-1)).toEqual(["online", until + 2 * 3600, until + 2 * 3600 + 60]);
  });

  it("is the one that the present is shown by, whatever was recorded before", async () => {
    await aMonth();
    wall -= 3 * DAY;
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(MINUTE);
    expect((await shown(recorder, 24)).at(-1)).toEqual([
      "online",
      (wall - MINUTE - START) / 1000,
      (wall - START) / 1000,
    ]);
    recorder.record(statusOf("offline"));
    expect((await shown(recorder, 24)).at(-1)?.[0]).toBe("online");
    pass(MINUTE);
    expect((await shown(recorder, 24)).at(-1)?.[0]).toBe("offline");
  });

  it("that is put right while the bridge runs hides nothing, and the time with the wrong clock is unknown", async () => {
    await aRun(0, 5 * HOUR, "online");
    wall -= 3 * HOUR;
    const recorder = await startRecorder();
    recorder.record(statusOf("offline"));
    pass(10 * MINUTE);
    wall += 3 * HOUR;
    pass(10 * MINUTE);
    const end = 5 * 3600;
    expect((await shown(recorder, 24)).slice(1)).toEqual([
      ["online", 0, end],
      ["unknown", end, end + 620],
      ["offline", end + 620, end + 1200],
    ]);
  });

  it("that jumps back and forth by an hour hides nothing of what was recorded between", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(2 * HOUR, 10_000);
    for (let time = 0; time < 3; time += 1) {
      wall -= HOUR;
      recorder.record(statusOf("offline"));
      pass(5 * MINUTE);
      wall += HOUR;
      recorder.record(statusOf("online"));
      pass(5 * MINUTE);
    }
    const spans = await shown(recorder, 3);
    expect(spans[1]).toEqual(["online", 0, 7200]);
    expect(spans.at(-1)).toEqual(["online", 7200 + 25 * 60, 7200 + 30 * 60]);
    expect(spans.every(([state]) => state !== "offline")).toBe(true);
  });

  it("that is set back permanently is used from then on", async () => {
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(2 * HOUR, 10_000);
    wall -= HOUR;
    recorder.record(statusOf("offline", wall));
    pass(60_000);
    expect((await shown(recorder, 3)).slice(-2)).toEqual([
      ["online", 0, 3600],
      ["offline", 3600, 3660],
    ]);
    pass(3 * HOUR, 20_000);
    recorder.close();
    wall += HOUR;
    const next = await startRecorder();
    next.record(statusOf("online"));
    expect((await shown(next, 8)).slice(1)).toEqual([
      ["online", 0, 3600],
      ["offline", 3600, 3660 + 3 * 3600],
      ["unknown", 3660 + 3 * 3600, 3660 + 4 * 3600],
    ]);
  });

  it("does not date a state further back than the monotonic clock allows", async () => {
    const recorder = await startRecorder();
    // Outlook's notification came a minute ago, by a clock that was an hour behind.
    recorder.record({ ...statusOf("offline", wall - HOUR), ageMs: 60_000 });
    expect((await shown(recorder)).slice(1)).toEqual([["offline", -65, 0]]);
    // One that was ahead.
    pass(60_000);
    recorder.record({ ...statusOf("online", wall + HOUR), ageMs: 10_000 });
    expect((await shown(recorder)).slice(2)).toEqual([["online", 50, 60]]);
  });
});

describe("the cost of recording", () => {
  it("is one write a second at most in a burst of 10,000 changes in 10 s", async () => {
    const store = await openHistory();
    const counts = counted(store);
    const recorder = await startRecorder(store);
    for (let number = 0; number < 10_000; number += 1) {
      recorder.record(statusOf(number % 2 === 0 ? "online" : "offline"));
      pass(1, 1);
    }
    expect(counts.writes).toBeGreaterThan(0);
    // One may bring two batches.
    expect(counts.writes).toBeLessThanOrEqual(30);
    expect(counts.spans).toBeLessThanOrEqual(500);
  });

  it("is a write as soon as a change has been published, and again a second later at the earliest", async () => {
    const store = await openHistory();
    const counts = counted(store);
    const recorder = await startRecorder(store);
    const written: number[] = [];
    for (let at = 0; at < 3000; at += 50) {
      recorder.record(statusOf(at % 100 === 0 ? "online" : "offline"));
      pass(20, 1);
      expect(counts.writes, "by the timer").toBe(written.length);
      recorder.flushIfDue();
      if (counts.writes > written.length) written.push(steady);
      pass(30, 1);
    }
    expect(written).toEqual([20, 1020, 2020]);
    pass(1000, 1);
    expect(counts.writes).toBe(4);
  });

  it("is one write each 20 s while nothing changes", async () => {
    const store = await openHistory();
    const counts = counted(store);
    const recorder = await startRecorder(store);
    recorder.record(statusOf("online"));
    pass(1000);
    expect(counts.writes).toBe(1);
    pass(600_000);
    expect(counts.writes).toBe(31);
  });

  it("writes while the process is awake for something else, and is then not woken for it", async () => {
    const store = await openHistory();
    const counts = counted(store);
    const recorder = await startRecorder(store);
    recorder.record(statusOf("online"));
    pass(1000);
    counts.writes = 0;
    for (let beats = 1; beats <= 12; beats += 1) {
      pass(5000);
      recorder.extendEarly();
    }
    expect(counts.writes).toBe(4);
    pass(60_000);
    expect(counts.writes).toBe(7);
  });

  it("has one timer, and none when it is closed", async () => {
    const recorder = await startRecorder();
    for (let beats = 1; beats <= 6; beats += 1) {
      pass(5000);
      recorder.extendEarly();
    }
    expect(vi.getTimerCount()).toBe(1);
    recorder.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("does not keep what is known to be older than 30 days and a long weekend", async () => {
    const recorder = await startRecorder();
    for (let day = 0; day < 60; day += 1) {
      recorder.record(statusOf(day % 2 === 0 ? "online" : "offline"));
      // Asleep but for a moment each day.
      wall += DAY;
      steady += DAY;
      pass(20_000);
    }
    recorder.close();
    const rows = stored();
    expect(Math.min(...rows.map(({ ended }) => ended))).toBeGreaterThanOrEqual(wall - 35.5 * DAY);
    expect(Math.min(...rows.map(({ ended }) => ended))).toBeLessThan(wall - 30 * DAY);
  });
});

describe("what has expired", () => {
  it("is deleted soon after the start, in several steps", async () => {
    const store = await openHistory();
    const old = Array.from({ length: 1200 }, (_, index): NumberedSpan => {
      const from = wall - 50 * DAY + index * MINUTE;
      return { number: index + 1, state: index % 2 === 0 ? "online" : "offline", from, to: from + MINUTE };
    });
    store.write(old);
    store.write([{ number: 1201, state: "unknown", from: old.at(-1)?.to ?? 0, to: wall }]);
    store.close();
    const recorder = await startRecorder();
    recorder.record(statusOf("online"));
    pass(3000);
    expect(stored().map(({ state }) => state)).toEqual(["unknown", "online"]);
  });
});

describe("a long history", () => {
  it("is read in pieces, between which other work is done", async () => {
    const seed = await openHistory();
    const COUNT = 5000;
    const step = 100;
    const spans = Array.from({ length: COUNT }, (_, index): NumberedSpan => {
      const from = START + index * step;
      return { number: index + 1, state: index % 2 === 0 ? "online" : "offline", from, to: from + step };
    });
    seed.write(spans);
    seed.close();
    wall = START + COUNT * step;
    const recorder = await startRecorder();
    let turns = 0;
    let counting = true;
    const count = (): void => {
      turns += 1;
      if (counting) setImmediate(count);
    };
    setImmediate(count);
    let before = turns;
    let pieces = 0;
    let total = 0;
    for await (const page of recorder.read(1).pages) {
      expect(page.length).toBeLessThanOrEqual(1000);
      if (pieces > 0) expect(turns, "between two pieces").toBeGreaterThan(before);
      before = turns;
      pieces += 1;
      total += page.length;
    }
    counting = false;
    expect(pieces).toBeGreaterThanOrEqual(COUNT / 500);
    expect(total).toBe(COUNT + 1);
  });

  it("stays the same while it is read, whatever is recorded meanwhile", async () => {
    const recorder = await startRecorder();
    for (let at = 0; at < 2000; at += 1) {
      recorder.record(statusOf(at % 2 === 0 ? "online" : "offline"));
      pass(100, 100);
    }
    const { now, from, pages } = recorder.read(1);
    const spans = [];
    for await (const page of pages) {
      spans.push(...page);
      recorder.record(statusOf(spans.length % 2 === 0 ? "online" : "offline"));
      pass(2000);
    }
    expect(parseHistory(JSON.stringify({ protocol: 1, now, from, spans })).kind).toBe("message");
    expect(spans).toHaveLength(2001);
  });
});

describe("a store that cannot be written", () => {
  it("loses no change while it fails for a while, and the memory is bounded", async () => {
    const store = await openHistory();
    const write = store.write.bind(store);
    let fails = true;
    let attempts = 0;
    store.write = (spans) => {
      attempts += 1;
      if (fails) throw new Error("SQLITE_FULL: database or disk is full");
      write(spans);
    };
    const recorder = await startRecorder(store);
    const COUNT = 3000;
    for (let at = 0; at < COUNT; at += 1) {
      recorder.record(statusOf(at % 2 === 0 ? "online" : "offline"));
      pass(500, 500);
    }
    expect(await shown(recorder)).toHaveLength(COUNT + 1);
    // Each may wait for a lock: not with every change, but every 20 s.
    expect(attempts).toBeLessThanOrEqual(2 + (COUNT * 500) / 20_000);
    expect(stored()).toEqual([]);
    fails = false;
    pass(30_000);
    expect(await shown(recorder)).toHaveLength(COUNT + 1);
    expect(stored()).toHaveLength(COUNT);
  });

  it("is written completely at the end if it works again", async () => {
    const store = await openHistory();
    const write = store.write.bind(store);
    store.write = () => {
      throw new Error("SQLITE_BUSY: database is locked");
    };
    const recorder = await startRecorder(store);
    for (let at = 0; at < 1200; at += 1) {
      recorder.record(statusOf(at % 2 === 0 ? "online" : "offline"));
      pass(10, 10);
    }
    store.write = write;
    recorder.close();
    expect(stored()).toHaveLength(1200);
  });

  it("loses the oldest changes if more than 10,000 are unwritten", async () => {
    const store = await openHistory();
    store.write = () => {
      throw new Error("SQLITE_BUSY: database is locked");
    };
    const kept: number[] = [];
    store.keepUnwritten = (spans) => kept.push(spans.length);
    const recorder = await startRecorder(store);
    for (let at = 0; at < 12_000; at += 1) {
      recorder.record(statusOf(at % 2 === 0 ? "online" : "offline"));
      pass(50, 50);
    }
    const spans = await shown(recorder);
    expect(spans).toHaveLength(10_001);
    expect(spans.at(-1)?.[0]).toBe("offline");
    expect(Math.max(...kept)).toBeLessThanOrEqual(10_000);
  });
});
