import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFeedMessage, validateFeedMessage } from "./contract.js";

const natural = fc.nat({ max: Number.MAX_SAFE_INTEGER });
const listening = fc.record({
  status: fc.constant("listening"),
  profile: fc.string({ unit: "binary" }),
  outlook: fc.string(),
  notifies: fc.record({ online: fc.boolean(), offline: fc.boolean() }),
});
const unavailable = fc.record({
  status: fc.constant("unavailable"),
  reason: fc.constantFrom("stopped", "agent-missing"),
});
const times = { since: fc.option(natural), ageMs: natural };
const reading = fc.record(
  {
    at: natural,
    connection: fc.constantFrom("working-offline", "disconnected", "connected"),
    outboxItems: natural,
  },
  { requiredKeys: ["at"] },
);
const listeningNow = fc
  .record(
    { state: fc.constantFrom("online", "offline", "unknown"), source: listening, ...times, reading, at: natural },
    { requiredKeys: ["state", "source", "since", "ageMs"] },
  )
  .map(({ state, at, ...status }) => {
    const { online, offline } = status.source.notifies;
    const current = state === "unknown" || (state === "online" ? offline : online);
    if (current) return { state, ...status };
    return at === undefined
      ? { ...status, state: "unknown" }
      : { ...status, state: "unknown", lastKnown: { state, at } };
  });
const consistent = fc.oneof(listeningNow, fc.record({ state: fc.constant("unknown"), source: unavailable, ...times }));

describe("validateFeedMessage and parseFeedMessage", () => {
  it("never throws on any value, and returns only messages that are valid again", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (value) => {
        const first = validateFeedMessage(value);
        if (first.kind === "message") expect(validateFeedMessage(first.message)).toEqual(first);
      }),
      { numRuns: 3000 },
    );
  });

  it("never throws on any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(["message", "malformed", "other-protocol"]).toContain(parseFeedMessage(text).kind);
      }),
      { numRuns: 3000 },
    );
  });

  it("accepts deeply nested JSON in unknown fields without overflowing the stack", () => {
    const depth = 100_000;
    const nested = "[".repeat(depth) + "]".repeat(depth);
    expect(parseFeedMessage(`{"type":"heartbeat","seq":${nested}}`).kind).toBe("malformed");
    expect(parseFeedMessage(`{"type":"heartbeat","seq":1,"more":${nested}}`).kind).toBe("message");
  });

  it("rejects a current state if the source does not listen or Outlook does not notify its end", () => {
    const state = fc.constantFrom("online", "offline", "unknown");
    const source = fc.oneof(listening, unavailable, fc.constant({ status: "starting" }));
    fc.assert(
      fc.property(state, source, (claimed, from) => {
        const message = { type: "change", seq: 1, state: claimed, since: null, ageMs: 0, source: from };
        const notifies = "notifies" in from ? from.notifies : { online: false, offline: false };
        const end = { online: notifies.offline, offline: notifies.online, unknown: true }[claimed];
        expect(validateFeedMessage(message).kind).toBe(end ? "message" : "malformed");
      }),
    );
  });

  it("returns every consistent change unchanged", () => {
    fc.assert(
      fc.property(consistent, natural, (status, seq) => {
        const message = { type: "change", seq, ...status };
        expect(parseFeedMessage(JSON.stringify(message))).toEqual({ kind: "message", message });
      }),
    );
  });

  it("ignores fields named like a prototype", () => {
    const text =
      '{"type":"heartbeat","seq":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    expect(parseFeedMessage(text)).toEqual({ kind: "message", message: { type: "heartbeat", seq: 1 } });
    expect("polluted" in {}).toBe(false);
  });
});
