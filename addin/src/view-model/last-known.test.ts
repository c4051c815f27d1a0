import { describe, expect, it } from "vitest";
import type { History, State } from "../../../shared/src/contract.js";
import { INITIAL_CONNECTION, type Connection } from "../feed/feed-client.js";
import { lastKnownAfter, lastKnownIn, newerOf } from "./last-known.js";

const live = (state: State, listening = true): Connection => ({
  phase: "live",
  receivedAt: 0,
  connectedAt: 0,
  bridgeVersion: "1",
  status: {
    state,
    since: null,
    ageMs: 0,
    source: listening
      ? { status: "listening", profile: "", outlook: "", notifies: { online: true, offline: true } }
      : { status: "unavailable", reason: "stopped" },
  },
});
const now = { monotonic: 30_000, wall: 1_000_000 };

describe("lastKnownAfter", () => {
  it("returns the state until the message with another state", () => {
    expect(lastKnownAfter(null, live("offline"), now, now)).toEqual({ state: "offline", at: 1_000_000 });
  });

  it("returns the state until the last message of a bridge that became silent", () => {
    const lastMessageAt = { monotonic: 19_000, wall: 989_000 };
    expect(lastKnownAfter(null, live("online"), lastMessageAt, now)).toEqual({ state: "online", at: 989_000 });
  });

  it("returns the time before sleep, although the monotonic clock stopped meanwhile", () => {
    const eightHours = 8 * 3_600_000;
    const awake = { monotonic: now.monotonic + 2_000, wall: now.wall + eightHours };
    expect(lastKnownAfter(null, live("online"), now, awake)).toEqual({ state: "online", at: now.wall });
  });

  it("keeps the age of the state after the clock was set back", () => {
    const setBack = { monotonic: now.monotonic + 2_000, wall: now.wall - 3_600_000 };
    expect(lastKnownAfter(null, live("online"), now, setBack)).toEqual({ state: "online", at: now.wall - 3_602_000 });
  });

  it("returns the previous one for a connection without a state", () => {
    const previous = { state: "online", at: 5 } as const;
    expect(lastKnownAfter(previous, live("unknown"), now, now)).toBe(previous);
    expect(lastKnownAfter(previous, live("unknown", false), now, now)).toBe(previous);
    expect(lastKnownAfter(previous, INITIAL_CONNECTION, now, now)).toBe(previous);
    expect(lastKnownAfter(previous, { phase: "incompatible" }, now, now)).toBe(previous);
    expect(lastKnownAfter(previous, live("online"), null, now)).toBe(previous);
  });
});

describe("newerOf", () => {
  it("returns the newer of two", () => {
    const [old, young] = [{ state: "online", at: 1 } as const, { state: "offline", at: 2 } as const];
    expect([
      newerOf(old, young),
      newerOf(young, old),
      newerOf(null, old),
      newerOf(old, null),
      newerOf(null, null),
    ]).toEqual([young, young, old, old, null]);
  });
});

describe("lastKnownIn", () => {
  const history = (...states: readonly State[]): History => {
    const spans = states.map((state, index) => ({ state, from: index, to: index + 1 }));
    return { protocol: 1, now: states.length, from: 0, spans };
  };

  it("returns the end of the last span with a known state", () => {
    expect(lastKnownIn(history("online", "offline", "unknown"))).toEqual({ state: "offline", at: 2 });
  });

  it("returns null if every span is unknown", () => {
    expect(lastKnownIn(history("unknown"))).toBeNull();
    expect(lastKnownIn(history())).toBeNull();
  });
});
