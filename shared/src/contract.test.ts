import { describe, expect, it } from "vitest";
import { parseFeedMessage, parseHistory, REASONS, validateFeedMessage } from "./contract.js";

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

describe("validateFeedMessage", () => {
  it("validates snapshot, change and heartbeat", () => {
    const { type: _type, protocol: _protocol, epoch: _epoch, heartbeatMs: _hb, bridge: _bridge, ...present } = snapshot;
    for (const message of [snapshot, { type: "change", ...present }, { type: "heartbeat", seq: 4 }]) {
      expect(validateFeedMessage(message)).toEqual({ kind: "message", message });
    }
  });

  it("removes unknown fields", () => {
    expect(validateFeedMessage({ ...snapshot, later: 1, bridge: { version: "2", port: 1 } })).toEqual({
      kind: "message",
      message: { ...snapshot, bridge: { version: "2" } },
    });
  });

  it("keeps code and detail of an unavailable source", () => {
    const source = { status: "unavailable", reason: "open-failed", code: "0x8004010F", detail: "MAPI_E_NOT_FOUND" };
    expect(validateFeedMessage({ ...snapshot, state: "unknown", source })).toMatchObject({ message: { source } });
  });

  it("reports an unsupported protocol version even if other fields are invalid", () => {
    expect(validateFeedMessage({ type: "snapshot", protocol: 2 })).toEqual({ kind: "other-protocol", protocol: 2 });
  });

  it("rejects a state while the source is not listening", () => {
    const verdict = validateFeedMessage({ ...snapshot, source: { status: "starting" } });
    expect(verdict).toMatchObject({ kind: "malformed" });
  });

  it.each(REASONS)("accepts the reason %s", (reason) => {
    const message = { ...snapshot, state: "unknown", source: { status: "unavailable", reason } };
    expect(validateFeedMessage(message)).toEqual({ kind: "message", message });
  });

  const oneWay = { ...listening, notifies: { online: true, offline: false } };
  const lastKnown = { state: "online", at: 5 };
  const past = { ...snapshot, state: "unknown", since: 5, source: oneWay, lastKnown };

  it("accepts a last known state, and a reading with any of its parts", () => {
    const readings = [
      { at: 7 },
      { at: 7, outboxItems: 0 },
      ...["working-offline", "disconnected", "connected"].map((connection) => ({ at: 7, connection })),
    ];
    const messages = [past, { ...snapshot, source: oneWay, state: "offline" }];
    for (const message of readings.flatMap((reading) => messages.map((one) => ({ ...one, reading })))) {
      expect(validateFeedMessage(message)).toEqual({ kind: "message", message });
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
  ])("rejects %s", (_name, value) => {
    expect(validateFeedMessage(value).kind).toBe("malformed");
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
  ])("rejects %s", (_name, value) => {
    expect(validateFeedMessage(value).kind).not.toBe("message");
  });

  it("rejects binary messages and text that is not JSON", () => {
    expect(parseFeedMessage(new ArrayBuffer(3))).toMatchObject({ kind: "malformed" });
    expect(parseFeedMessage("{")).toMatchObject({ kind: "malformed" });
    expect(parseFeedMessage(JSON.stringify(snapshot))).toMatchObject({ kind: "message" });
  });
});

const spans = [
  { state: "unknown", from: 10, to: 20 },
  { state: "unknown", from: 20, to: 25, reason: "agent-missing" },
  { state: "online", from: 25, to: 40 },
];
const history = { protocol: 1, now: 40, from: 10, spans };
const kindOf = (value: unknown): string => parseHistory(JSON.stringify(value)).kind;

describe("parseHistory", () => {
  it("accepts contiguous spans, and removes unknown fields", () => {
    const verdict = parseHistory(JSON.stringify({ ...history, later: true }));
    expect(verdict).toEqual({ kind: "message", message: history });
  });

  it("replaces a state of a newer version by unknown, and removes a reason of a newer version", () => {
    const newer = [
      { state: "dreaming", from: 10, to: 20 },
      { state: "unknown", from: 20, to: 25, reason: "policy-disabled" },
      { state: "dreaming", from: 25, to: 40, reason: "agent-missing" },
    ];
    expect(parseHistory(JSON.stringify({ ...history, spans: newer }))).toEqual({
      kind: "message",
      message: {
        ...history,
        spans: [
          { state: "unknown", from: 10, to: 20 },
          { state: "unknown", from: 20, to: 25 },
          { state: "unknown", from: 25, to: 40, reason: "agent-missing" },
        ],
      },
    });
  });

  it("reports an unsupported protocol version", () => {
    expect(parseHistory('{"protocol":2}')).toEqual({ kind: "other-protocol", protocol: 2 });
  });

  it.each([
    ["a gap between two spans", { ...history, spans: [spans[0], spans[2]] }],
    ["spans that do not begin at the beginning", { ...history, from: 5 }],
    ["spans that do not reach the present", { ...history, now: 41 }],
    ["a span of no length", { ...history, spans: [...spans, { state: "online", from: 40, to: 40 }] }],
    ["spans in another order", { ...history, spans: [...spans].reverse() }],
    ["a state that is no text", { ...history, spans: [{ ...spans[0], state: 1 }, ...spans.slice(1)] }],
    ["no spans", { ...history, spans: [] }],
    ["something else", "history"],
  ])("rejects %s", (_name, value) => {
    expect(kindOf(value)).toBe("malformed");
  });

  it("rejects text that is not JSON", () => {
    expect(parseHistory("<html>").kind).toBe("malformed");
  });
});
