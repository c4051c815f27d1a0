import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateFrame, validateMessage } from "./validate.js";

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
  .map(({ state, at, ...present }) => {
    const { online, offline } = present.source.notifies;
    const current = state === "unknown" || (state === "online" ? offline : online);
    if (current) return { state, ...present };
    return at === undefined
      ? { ...present, state: "unknown" }
      : { ...present, state: "unknown", lastKnown: { state, at } };
  });
const believable = fc.oneof(listeningNow, fc.record({ state: fc.constant("unknown"), source: unavailable, ...times }));

describe("the validator of feed messages, whatever comes", () => {
  it("never throws on any value, and gives back no message that it would not take again", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true }), (value) => {
        const first = validateMessage(value);
        if (first.kind === "message") expect(validateMessage(first.message)).toEqual(first);
      }),
      { numRuns: 3000 },
    );
  });

  it("never throws on any text", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
        expect(["message", "malformed", "other-protocol"]).toContain(validateFrame(text).kind);
      }),
      { numRuns: 3000 },
    );
  });

  it("bears JSON that is nested a hundred thousand deep", () => {
    const depth = 100_000;
    const nested = "[".repeat(depth) + "]".repeat(depth);
    expect(validateFrame(`{"type":"heartbeat","seq":${nested}}`).kind).toBe("malformed");
    expect(validateFrame(`{"type":"heartbeat","seq":1,"more":${nested}}`).kind).toBe("message");
  });

  it("takes no state as current whose source does not listen or whose end Outlook does not notify", () => {
    const state = fc.constantFrom("online", "offline", "unknown");
    const source = fc.oneof(listening, unavailable, fc.constant({ status: "starting" }));
    fc.assert(
      fc.property(state, source, (claimed, from) => {
        const message = { type: "change", seq: 1, state: claimed, since: null, ageMs: 0, source: from };
        const notifies = "notifies" in from ? from.notifies : { online: false, offline: false };
        const end = { online: notifies.offline, offline: notifies.online, unknown: true }[claimed];
        expect(validateMessage(message).kind).toBe(end ? "message" : "malformed");
      }),
    );
  });

  it("takes every believable change, and leaves nothing out", () => {
    fc.assert(
      fc.property(believable, natural, (present, seq) => {
        const message = { type: "change", seq, ...present };
        expect(validateFrame(JSON.stringify(message))).toEqual({ kind: "message", message });
      }),
    );
  });

  it("lets no field of a message reach a prototype", () => {
    const text =
      '{"type":"heartbeat","seq":1,"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    expect(validateFrame(text)).toEqual({ kind: "message", message: { type: "heartbeat", seq: 1 } });
    expect("polluted" in {}).toBe(false);
  });
});
