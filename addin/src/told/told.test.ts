import { describe, expect, it } from "vitest";
import type { Present, Reason, SourceStatus } from "../../../shared/src/protocol.js";
import { NOT_YET, type Connection } from "../feed/connection.js";
import { tell, type Known, type Past, type Told } from "./told.js";

const LISTENING: SourceStatus = {
  status: "listening",
  profile: "Outlook",
  outlook: "16.0",
  notifies: { online: true, offline: true },
};
const past: Past = { state: "online", at: 1_000_000 };

const live = (present: Partial<Present> = {}): Connection => ({
  status: "live",
  heardAt: 50_000,
  bridgeVersion: "1.2.3",
  present: { state: "online", since: 900_000, ageMs: 20_000, source: LISTENING, ...present },
});
const unavailable = (reason: Reason): Connection =>
  live({ state: "unknown", since: null, source: { status: "unavailable", reason, code: "0x80040111", detail: "why" } });
const waiting = (failures: number, lost: "unreachable" | "busy" = "unreachable"): Connection => ({
  status: "waiting",
  failures,
  lost,
  lastHeardAt: 1,
  retryAt: 60_000,
});
const told = (connection: Connection, more: Partial<Known> = {}): Told =>
  tell({ connection, host: "classic", past, ...more });

describe("what the person is told", () => {
  it.each(["online", "offline"] as const)("is the state, since when and for how long: %s", (state) => {
    expect(told(live({ state }))).toMatchObject({
      name: state,
      state,
      lasting: { startedAt: 30_000, atLeast: false, since: 900_000 },
      past: null,
      limit: null,
      retryAt: null,
    });
  });

  it("is a lower bound when the state was found, not seen to begin", () => {
    expect(told(live({ since: null })).lasting).toEqual({ startedAt: 30_000, atLeast: true, since: null });
  });

  it("says of offline what it means and what to do; online needs nothing", () => {
    expect(told(live({ state: "offline" })).row).toMatchObject({ meaning: "offline.meaning", step: "offline.step" });
    expect(told(live()).row.step).toBeUndefined();
  });

  it.each([
    [{ online: false, offline: true }, "limit.online"],
    [{ online: true, offline: false }, "limit.offline"],
    [{ online: false, offline: false }, "limit.both"],
  ])("says plainly what cannot be noticed: %o", (notifies, limit) => {
    expect(told(live({ source: { ...LISTENING, notifies } }))).toMatchObject({ state: "online", limit });
  });

  it.each<Reason>([
    "outlook-not-running",
    "stopped",
    "agent-missing",
    "agent-incompatible",
    "agent-untrusted",
    "mapi-missing",
    "open-failed",
    "no-notifications",
    "advise-failed",
  ])("is unknown, the last state as past, and a step: %s", (reason) => {
    expect(told(unavailable(reason))).toMatchObject({
      name: reason,
      state: "unknown",
      lasting: null,
      past,
      row: { step: `${reason}.step` },
      code: "0x80040111",
      detail: "why",
    });
  });

  it("is unknown while the bridge looks for Outlook, and while Outlook has not said", () => {
    expect(told(live({ state: "unknown", source: { status: "starting" } }))).toMatchObject({ name: "starting" });
    expect(told(live({ state: "unknown" }))).toMatchObject({ name: "undecided", state: "unknown", past });
  });

  it("is a moment's patience until the first retry has failed too", () => {
    expect(told(NOT_YET)).toMatchObject({ name: "connecting", state: "unknown" });
    expect(told(waiting(0))).toMatchObject({ name: "connecting", state: "unknown", past });
  });

  it("is that the bridge cannot be reached, how to start it, and when the next try is", () => {
    expect(told(waiting(1))).toMatchObject({
      name: "unreachable",
      state: "unknown",
      lasting: null,
      past,
      retryAt: 60_000,
      row: { retry: true, command: "start" },
    });
  });

  it("is that the bridge is busy, from the first time on", () => {
    expect(told(waiting(0, "busy"))).toMatchObject({ name: "busy", row: { retry: true } });
  });

  it("is that pane and bridge do not match", () => {
    expect(told({ status: "refused" })).toMatchObject({ name: "refused", state: "unknown", past });
  });

  it("is that another Outlook does not report it, whatever the classic one beside it says", () => {
    for (const connection of [live(), waiting(3), NOT_YET]) {
      expect(told(connection, { host: "other" })).toMatchObject({
        name: "other-outlook",
        state: "unknown",
        lasting: null,
        past: null,
        retryAt: null,
        row: { step: "other-outlook.step" },
      });
    }
  });

  it("never holds both a present and a past state", () => {
    const all = [live(), live({ state: "offline" }), live({ state: "unknown" }), waiting(0), waiting(9), NOT_YET];
    for (const one of all.map((connection) => told(connection)))
      expect(one.lasting === null || one.past === null).toBe(true);
  });

  it("names profile, Outlook and bridge only while they are known", () => {
    expect(told(live()).about).toEqual({ profile: "Outlook", outlook: "16.0", bridge: "1.2.3" });
    expect(told(waiting(2)).about).toEqual({ profile: null, outlook: null, bridge: null });
  });
});
