import { beforeEach, afterEach, describe, expect, it, vi } from "vitest";
import { nativeStateSource, type NativeStatus, type TimedStatus } from "./state-source.js";

const listening = {
  status: "listening",
  profile: "P",
  outlook: "16.0",
  notifies: { online: true, offline: true },
} as const;
const oneWay = { ...listening, notifies: { online: true, offline: false } } as const;
const unavailable = { status: "unavailable", reason: "outlook-not-running" } as const;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_767_258_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (milliseconds: number) => vi.advanceTimersByTime(milliseconds);

/** What the native module reports of a state that began now. */
function native(state: NativeStatus["state"], more: Partial<NativeStatus> = {}): NativeStatus {
  return { state, since: Date.now(), ageMs: 0, source: listening, ...more };
}

/** A source behind which a test stands instead of the native module. `report` returns what the source makes of a report. */
function startSource(): { report: (value: unknown) => TimedStatus } {
  let deliver: (value: unknown) => void = () => undefined;
  const statuses: TimedStatus[] = [];
  const fake = {
    subscribe: (_options: object, listener: (value: unknown) => void) => {
      deliver = listener;
      return { refresh: () => undefined, close: () => undefined };
    },
  };
  nativeStateSource(fake, { dataDirectory: "" }).subscribe((status) => {
    statuses.push(status);
  });
  return {
    report: (value) => {
      deliver(value);
      const status = statuses.shift();
      if (status === undefined) throw new Error("no status was delivered");
      return status;
    },
  };
}

const ageOf = ({ startedAt }: TimedStatus): number => performance.now() - startedAt;

describe("nativeStateSource", () => {
  it("reports a state with the start of its age, and the source as it is", () => {
    const began = Date.now();
    pass(1000);
    const status = startSource().report(native("offline", { since: began, ageMs: 1000 }));
    expect(status).toMatchObject({ state: "offline", since: began, source: listening });
    pass(500);
    expect(ageOf(status)).toBe(1500);
  });

  const good = native("online", { since: 5, ageMs: 1 });
  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["text", "online"],
    ["a state in another spelling", { ...good, state: "Online" }],
    ["a negative age", { ...good, ageMs: -1 }],
    ["a fractional age", { ...good, ageMs: 0.5 }],
    ["an age that is not a number", { ...good, ageMs: Number.NaN }],
    ["a time that is not a number", { ...good, since: Number.NaN }],
    ["a state while starting", { ...good, source: { status: "starting" } }],
    ["a state without Outlook", { ...good, source: unavailable }],
    ["an unknown reason", { ...good, state: "unknown", source: { status: "unavailable", reason: "tired" } }],
    ["a negative time", { ...good, confirmedAt: -1 }],
    ["a reading without a time", { ...good, reading: { outboxItems: 3 } }],
    ["a connection mode as text", { ...good, reading: { at: 7, exchangeConnectionMode: "700" } }],
    ["a negative number of messages", { ...good, reading: { at: 7, outboxItems: -1 } }],
  ])("reports an incompatible agent and an unknown state for %s", (_what, value) => {
    const { report } = startSource();
    report(good);
    pass(1000);
    expect(report(value)).toEqual({
      state: "unknown",
      since: Date.now(),
      startedAt: performance.now(),
      source: { status: "unavailable", reason: "agent-incompatible", detail: expect.any(String) as string },
    });
  });

  it("keeps nothing of one report in the next", () => {
    const { report } = startSource();
    report(native("offline", { confirmedAt: 9, reading: { at: 8, exchangeConnectionMode: 200, outboxItems: 0 } }));
    const { reading, lastKnown } = report(native("online"));
    expect({ reading, lastKnown }).toEqual({ reading: undefined, lastKnown: undefined });
  });
});

describe("nativeStateSource, for a state whose end Outlook does not notify", () => {
  it.each([
    ["online", { online: true, offline: false }],
    ["online", { online: false, offline: false }],
    ["offline", { online: false, offline: true }],
    ["offline", { online: false, offline: false }],
  ] as const)("reports unknown since the last confirmation: %s with %o", (state, notifies) => {
    const at = Date.now() - 5000;
    const status = startSource().report(
      native(state, { since: at - 60_000, ageMs: 65_000, confirmedAt: at, source: { ...listening, notifies } }),
    );
    expect(status).toMatchObject({ state: "unknown", since: at, lastKnown: { state, at } });
    expect(ageOf(status)).toBe(5000);
  });

  it.each([
    ["online", { online: false, offline: true }],
    ["offline", { online: true, offline: false }],
  ] as const)("reports a state whose end is notified as current: %s with %o", (state, notifies) => {
    const status = startSource().report(native(state, { confirmedAt: Date.now(), source: { ...listening, notifies } }));
    expect(status).toMatchObject({ state, since: Date.now() });
    expect(status.lastKnown).toBeUndefined();
  });

  it("moves the last known state to a later confirmation, but not by a difference in rounding", () => {
    const { report } = startSource();
    const found = native("online", { since: null, confirmedAt: Date.now(), source: oneWay });
    const first = report(found);
    pass(60_000);
    vi.setSystemTime(Date.now() + 3_600_000);
    const rounded = report({ ...found, ageMs: 60_000, confirmedAt: (found.confirmedAt ?? 0) + 1 });
    expect(rounded).toMatchObject({ since: first.since, startedAt: first.startedAt, lastKnown: first.lastKnown });
    const at = Date.now() - 10;
    const later = report({ ...found, ageMs: 60_000, confirmedAt: at });
    expect(later).toMatchObject({ since: at, lastKnown: { state: "online", at } });
    expect(ageOf(later)).toBe(10);
  });

  it.each([
    ["since", { since: 1_767_257_990_000, ageMs: 10_000 }, 1_767_257_990_000],
    ["the age of a state that was found", { since: null, ageMs: 7000 }, 1_767_257_993_000],
    ["now, if the clock was set back after it", { since: null, confirmedAt: 1_767_258_100_000 }, 1_767_258_000_000],
  ])("dates the last known state by %s", (_by, more, at) => {
    const status = startSource().report(native("online", { source: oneWay, ...more }));
    expect(status).toMatchObject({ state: "unknown", since: at, lastKnown: { state: "online", at } });
  });

  it("reports no last known state and no reading once the source is unavailable, nor if nothing was read", () => {
    const { report } = startSource();
    const now = Date.now();
    const found = native("online", { confirmedAt: now, reading: { at: now, outboxItems: 3 }, source: oneWay });
    report(found);
    expect(report(native("unknown", { source: unavailable }))).toEqual({
      state: "unknown",
      since: now,
      startedAt: performance.now(),
      source: unavailable,
    });
    report(found);
    const { lastKnown, reading } = report({ ...found, state: "unknown", reading: undefined });
    expect({ lastKnown, reading }).toEqual({ lastKnown: undefined, reading: undefined });
  });

  it("reports since when the last known state is known to have been held", () => {
    const { report } = startSource();
    const held: (number | undefined)[] = [];
    const reported = (state: NativeStatus["state"], more: Partial<NativeStatus>): void => {
      held.push(report(native(state, { confirmedAt: Date.now(), ...more })).heldSince);
      pass(60_000);
    };
    const began = Date.now() - 60_000;
    const first = Date.now();
    reported("online", { since: began, source: oneWay });
    reported("online", { since: began, source: oneWay });
    reported("online", { since: began, source: { ...oneWay, profile: "Q" } });
    // Offline is current, because its end is notified.
    reported("offline", { source: oneWay });
    const third = Date.now();
    reported("online", { since: null, source: oneWay });
    // Without any notification it may have ended and returned unnoticed.
    const deaf = { ...listening, notifies: { online: false, offline: false } };
    reported("online", { since: null, source: deaf });
    reported("online", { since: null, source: deaf });
    expect(held).toEqual([began, first, began, undefined, third, third + 60_000, third + 120_000]);
  });
});

describe("nativeStateSource, for a reading", () => {
  it.each([
    [0, undefined],
    [100, "working-offline"],
    [200, "working-offline"],
    [300, "disconnected"],
    [400, "disconnected"],
    [500, "connected"],
    [600, "connected"],
    [700, "connected"],
    [800, "connected"],
    [900, undefined],
    [undefined, undefined],
  ])("translates OlExchangeConnectionMode %j to %s", (exchangeConnectionMode, connection) => {
    const at = Date.now();
    const status = startSource().report(native("online", { reading: { at, exchangeConnectionMode, outboxItems: 0 } }));
    expect(status).toMatchObject({ state: "online", reading: { at, connection, outboxItems: 0 } });
  });

  it("reports none if nothing in it can be reported", () => {
    const reading = { at: Date.now(), exchangeConnectionMode: 0 };
    expect(startSource().report(native("online", { reading })).reading).toBeUndefined();
  });

  it("keeps its time if it differs by rounding only", () => {
    const { report } = startSource();
    report(native("online", { reading: { at: 1000, outboxItems: 3 } }));
    expect(report(native("online", { reading: { at: 1001, outboxItems: 3 } })).reading?.at).toBe(1000);
    expect(report(native("online", { reading: { at: 2000, outboxItems: 3 } })).reading?.at).toBe(2000);
  });
});
