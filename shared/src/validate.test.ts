import { describe, expect, it } from "vitest";
import { REASONS } from "./protocol.js";
import { validateFrame, validateMessage } from "./validate.js";

const listening = {
  status: "listening",
  profile: "Outlook",
  outlook: "16.0.1",
  notifies: { online: true, offline: true },
} as const;
const snapshot = {
  type: "snapshot",
  protocol: 1,
  epoch: "a",
  seq: 4,
  state: "online",
  since: null,
  ageMs: 12,
  source: listening,
  heartbeatMs: 5000,
  bridge: { version: "1.0.0" },
} as const;

describe("the validator of feed messages", () => {
  it("takes each of the three messages", () => {
    const { type: _type, protocol: _protocol, epoch: _epoch, heartbeatMs: _hb, bridge: _bridge, ...present } = snapshot;
    for (const message of [snapshot, { type: "change", ...present }, { type: "heartbeat", seq: 4 }]) {
      expect(validateMessage(message)).toEqual({ kind: "message", message });
    }
  });

  it("ignores fields that it does not know", () => {
    expect(validateMessage({ ...snapshot, later: 1, bridge: { version: "2", port: 1 } })).toEqual({
      kind: "message",
      message: { ...snapshot, bridge: { version: "2" } },
    });
  });

  it("keeps code and detail of a source that is unavailable", () => {
    const source = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "MAPI_E_NOT_FOUND" };
    expect(validateMessage({ ...snapshot, state: "unknown", source })).toMatchObject({ message: { source } });
  });

  it("names another protocol as such, whatever else the message holds", () => {
    expect(validateMessage({ type: "snapshot", protocol: 2 })).toEqual({ kind: "other-protocol", protocol: 2 });
  });

  it("does not believe a state while the source is not listening", () => {
    const verdict = validateMessage({ ...snapshot, source: { status: "starting" } });
    expect(verdict).toMatchObject({ kind: "malformed" });
  });

  it.each(REASONS)("takes the reason %s", (reason) => {
    const message = { ...snapshot, state: "unknown", source: { status: "unavailable", reason } };
    expect(validateMessage(message)).toEqual({ kind: "message", message });
  });

  const oneWay = { ...listening, notifies: { online: true, offline: false } };
  const lastKnown = { state: "online", at: 5 };
  const past = { ...snapshot, state: "unknown", since: 5, source: oneWay, lastKnown };

  it("takes a last known state, and a reading with any part of it", () => {
    const readings = [
      { at: 7 },
      { at: 7, outboxItems: 0 },
      ...["working-offline", "disconnected", "connected"].map((connection) => ({ at: 7, connection })),
    ];
    const messages = [past, { ...snapshot, source: oneWay, state: "offline" }];
    for (const message of readings.flatMap((reading) => messages.map((one) => ({ ...one, reading })))) {
      expect(validateMessage(message)).toEqual({ kind: "message", message });
    }
  });

  it.each([
    ["online whose end is not notified", { ...past, state: "online", lastKnown: undefined }],
    [
      "offline whose end is not notified",
      { ...snapshot, state: "offline", source: { ...listening, notifies: { online: false, offline: true } } },
    ],
    ["a last known state beside a current one", { ...past, state: "offline" }],
    ["a last known state whose end is notified", { ...past, lastKnown: { state: "offline", at: 5 } }],
    ["a last known state that is unknown", { ...past, lastKnown: { state: "unknown", at: 5 } }],
    ["a last known state without a time", { ...past, lastKnown: { state: "online" } }],
    ["a last known state while the source starts", { ...past, source: { status: "starting" } }],
    [
      "a reading from a source that does not listen",
      { ...snapshot, state: "unknown", source: { status: "unavailable", reason: "stopped" }, reading: { at: 7 } },
    ],
    ["a reading without a time", { ...snapshot, reading: { outboxItems: 3 } }],
    ["a negative number of messages", { ...snapshot, reading: { at: 7, outboxItems: -1 } }],
    ["a connection that does not exist", { ...snapshot, reading: { at: 7, connection: "half" } }],
  ])("refuses %s", (_name, value) => {
    expect(validateMessage(value).kind).toBe("malformed");
  });

  it.each([
    ["a state that does not exist", { ...snapshot, state: "busy" }],
    ["a negative age", { ...snapshot, ageMs: -1 }],
    ["a fraction as number", { ...snapshot, seq: 1.5 }],
    ["a snapshot without an epoch", { ...snapshot, epoch: undefined }],
    ["a heartbeat interval of nothing", { ...snapshot, heartbeatMs: 0 }],
    ["a reason that does not exist", { ...snapshot, state: "unknown", source: { status: "unavailable", reason: "x" } }],
    ["a type that does not exist", { type: "hello" }],
    ["a snapshot without a protocol", { ...snapshot, protocol: undefined }],
    ["null", null],
    ["an array", [snapshot]],
  ])("refuses %s", (_name, value) => {
    expect(validateMessage(value).kind).not.toBe("message");
  });

  it("refuses frames that are binary or no JSON", () => {
    expect(validateFrame(new ArrayBuffer(3))).toMatchObject({ kind: "malformed" });
    expect(validateFrame("{")).toMatchObject({ kind: "malformed" });
    expect(validateFrame(JSON.stringify(snapshot))).toMatchObject({ kind: "message" });
  });
});
