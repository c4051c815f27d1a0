import { describe, expect, it } from "vitest";
import type { State } from "../../../shared/src/protocol.js";
import { NOT_YET, type Connection } from "../feed/connection.js";
import { newer, remember } from "./memory.js";

const live = (state: State, listening = true): Connection => ({
  status: "live",
  heardAt: 0,
  bridgeVersion: "1",
  present: {
    state,
    since: null,
    ageMs: 0,
    source: listening
      ? { status: "listening", profile: "", outlook: "", notifies: { online: true, offline: true } }
      : { status: "unavailable", reason: "stopped" },
  },
});
const now = { monotonic: 30_000, wall: 1_000_000 };

describe("the memory of the last state", () => {
  it("ends with the message that brought another state", () => {
    expect(remember(null, live("offline"), now, now)).toEqual({ state: "offline", at: 1_000_000 });
  });

  it("ends with the last message of a bridge that fell silent", () => {
    const heard = { monotonic: 19_000, wall: 989_000 };
    expect(remember(null, live("online"), heard, now)).toEqual({ state: "online", at: 989_000 });
  });

  it("ends before the machine slept, although the monotonic clock stood still meanwhile", () => {
    const eightHours = 8 * 3_600_000;
    const awake = { monotonic: now.monotonic + 2_000, wall: now.wall + eightHours };
    expect(remember(null, live("online"), now, awake)).toEqual({ state: "online", at: now.wall });
  });

  it("is as old as it is after the clock was set back", () => {
    const setBack = { monotonic: now.monotonic + 2_000, wall: now.wall - 3_600_000 };
    expect(remember(null, live("online"), now, setBack)).toEqual({ state: "online", at: now.wall - 3_602_000 });
  });

  it("is not changed by a connection without a state", () => {
    const past = { state: "online", at: 5 } as const;
    expect(remember(past, live("unknown"), now, now)).toBe(past);
    expect(remember(past, live("unknown", false), now, now)).toBe(past);
    expect(remember(past, NOT_YET, now, now)).toBe(past);
    expect(remember(past, { status: "refused" }, now, now)).toBe(past);
    expect(remember(past, live("online"), null, now)).toBe(past);
  });

  it("is the newer of two", () => {
    const [old, young] = [{ state: "online", at: 1 } as const, { state: "offline", at: 2 } as const];
    expect([newer(old, young), newer(young, old), newer(null, old), newer(old, null), newer(null, null)]).toEqual([
      young,
      young,
      old,
      old,
      null,
    ]);
  });
});
