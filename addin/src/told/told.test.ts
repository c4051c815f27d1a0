import { describe, expect, it } from "vitest";
import type { Present, Reason, SourceStatus } from "../../../shared/src/protocol.js";
import { NOT_YET, type Connection, type Lost, type Unconnected } from "../feed/connection.js";
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
const waiting = (failures: number, lost: Lost = "unreachable", httpStatus: number | null = null): Unconnected => ({
  status: "waiting",
  failures,
  lost,
  httpStatus,
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
    ["online", { online: false, offline: true }, "limit.online"],
    ["offline", { online: true, offline: false }, "limit.offline"],
  ] as const)("says plainly what cannot be noticed after %s with %o", (state, notifies, limit) => {
    expect(told(live({ state, source: { ...LISTENING, notifies } }))).toMatchObject({ state, limit });
  });

  it.each(["online", "offline"] as const)("shows a last known state as the past only: %s", (state) => {
    const lastKnown = { state, at: 700_000 };
    const one = told(
      live({ state: "unknown", since: 700_000, lastKnown, reading: { at: 1, connection: "connected" } }),
    );
    expect(one).toMatchObject({
      name: `was-${state}`,
      state: "unknown",
      lasting: null,
      past: lastKnown,
      limit: null,
      disconnected: false,
      row: { title: `was-${state}.title`, step: "was.step" },
    });
  });

  it.each([
    [{ at: 5 }, []],
    [{ at: 5, outboxItems: 0 }, [{ text: "reading.outbox", count: 0 }]],
    [{ at: 5, connection: "connected" }, [{ text: "reading.connected" }]],
    [
      { at: 5, connection: "working-offline", outboxItems: 3 },
      [{ text: "reading.working-offline" }, { text: "reading.outbox", count: 3 }],
    ],
  ] as const)("puts a reading into words: %o", (reading, facts) => {
    expect(told(live({ reading }))).toMatchObject({ facts, factsAt: 5 });
    expect(told(live({ reading }), { host: "other" })).toMatchObject({ facts: [], factsAt: null });
    expect(told(live())).toMatchObject({ facts: [], factsAt: null });
  });

  it.each([
    ["offline", "working-offline", "offline.chosen", "offline.chosenStep"],
    ["offline", "disconnected", "offline.lost", "offline.lostStep"],
    ["offline", "connected", "offline.title", "offline.step"],
    ["online", "disconnected", "online.disconnected", "online.disconnectedStep"],
    ["online", "connected", "online.title", undefined],
    ["online", "working-offline", "online.title", undefined],
  ] as const)("explains %s by a connection that was read since it began: %s", (state, connection, title, step) => {
    const disconnected = title === "online.disconnected";
    for (const [since, at] of [
      [900_000, 900_000],
      [null, 1],
    ] as const) {
      const { row, ...one } = told(live({ state, since, reading: { at, connection } }));
      expect([row.title, row.step]).toEqual([title, step]);
      expect(one).toMatchObject({ name: state, state, disconnected });
    }
  });

  it("does not explain a state by what was read before it began", () => {
    for (const state of ["online", "offline"] as const) {
      const before = told(live({ state, since: 900_000, reading: { at: 899_999, connection: "disconnected" } }));
      expect(before.row).toEqual(told(live({ state })).row);
      expect(before).toMatchObject({ disconnected: false, facts: [{ text: "reading.disconnected" }] });
    }
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

  it("names no time of the next try while a try is under way", () => {
    for (const lost of ["unreachable", "busy", "rejected"] as const) {
      const trying = { ...waiting(3, lost, lost === "rejected" ? 403 : null), status: "connecting" } as const;
      expect(told(trying)).toMatchObject({ name: lost, retryAt: null });
    }
  });

  it.each([
    [431, "large-cookies"],
    [403, "rejected"],
    [503, "rejected"],
  ])("says that the bridge answers but refuses with HTTP %i, and not that it is not running", (status, name) => {
    expect(told(waiting(1, "rejected", status))).toMatchObject({
      name,
      state: "unknown",
      past,
      retryAt: 60_000,
      code: `HTTP ${String(status)}`,
      row: { retry: true, step: `${name}.step` },
    });
    expect(told(waiting(1, "rejected", status)).row.command).toBeUndefined();
  });

  it("names no limit and no duration while Outlook has not reported its state", () => {
    const source = { ...LISTENING, notifies: { online: false, offline: true } };
    expect(told(live({ state: "unknown", since: null, source }))).toMatchObject({
      name: "undecided",
      limit: null,
      lasting: null,
    });
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

  it("shows nothing of the classic Outlook to a person who uses another one", () => {
    const source = { ...LISTENING, notifies: { online: false, offline: false } };
    const all = [live(), live({ state: "offline", source }), unavailable("open-failed"), waiting(2, "rejected", 431)];
    for (const connection of all) {
      expect(told(connection, { host: "other" })).toMatchObject({
        code: null,
        detail: null,
        limit: null,
        about: { profile: null, outlook: null },
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
