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
  it("begins when a known state ends", () => {
    expect(remember(null, live("offline"), live("unknown", false), now)).toEqual({ state: "offline", at: 1_000_000 });
    expect(remember(null, live("offline"), live("online"), now)).toEqual({ state: "offline", at: 1_000_000 });
  });

  it("reaches only to the last sign of a bridge that fell silent", () => {
    const silent = { ...NOT_YET, status: "waiting", lost: "silent", lastHeardAt: 19_000 } as const;
    expect(remember(null, live("online"), silent, now)).toEqual({ state: "online", at: 989_000 });
  });

  it("is not changed by what is unknown", () => {
    const past = { state: "online", at: 5 } as const;
    expect(remember(past, live("unknown"), NOT_YET, now)).toBe(past);
    expect(remember(past, NOT_YET, live("online"), now)).toBe(past);
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
