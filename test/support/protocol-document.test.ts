import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { REASONS } from "../../shared/src/protocol.js";
import { validateMessage } from "../../shared/src/validate.js";
import { checkOfMessages, readProtocolDocument } from "./protocol-document.js";

const listening = { status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } };
const change = { type: "change", seq: 1, state: "online", since: null, ageMs: 0, source: listening };

describe("the protocol's document", () => {
  it("is valid AsyncAPI 3 and names the three messages", async () => {
    const document = await readProtocolDocument();
    expect(document.version()).toBe("3.0.0");
    expect(
      document
        .messages()
        .all()
        .map((message) => message.id())
        .sort(),
    ).toEqual(["change", "heartbeat", "snapshot"]);
  });

  it("has examples that obey it", async () => {
    const check = await checkOfMessages();
    const examples = (await readProtocolDocument())
      .messages()
      .all()
      .flatMap((message) => message.examples().all());
    expect(examples).toHaveLength(4);
    for (const example of examples) {
      check(JSON.stringify(example.payload()));
      expect(validateMessage(example.payload()).kind).toBe("message");
    }
  });

  it("names the reasons of the contract, and no others", async () => {
    const check = await checkOfMessages();
    for (const reason of REASONS) {
      check(JSON.stringify({ ...change, state: "unknown", source: { status: "unavailable", reason } }));
    }
    const schemas = (await readProtocolDocument()).components().schemas();
    expect(schemas.get("reason")?.json()).toMatchObject({ enum: REASONS });
  });

  it("refuses a state from a source that does not listen, an unknown reason and an unknown type", async () => {
    const check = await checkOfMessages();
    check(JSON.stringify(change));
    for (const wrong of [
      { ...change, source: { status: "starting" } },
      { ...change, source: { ...listening, notifies: { online: true, offline: false } } },
      { ...change, lastKnown: { state: "online", at: 1 } },
      { ...change, reading: { at: 1, connection: "half" } },
      { ...change, state: "unknown", source: { status: "unavailable", reason: "tired" } },
      { ...change, type: "farewell" },
      { ...change, seq: 0 },
      { ...change, ageMs: -1 },
      { ...change, since: "now" },
    ]) {
      expect(() => {
        check(JSON.stringify(wrong));
      }).toThrow();
    }
  });

  it("agrees with the validator on every message with known values in any combination", async () => {
    const check = await checkOfMessages();
    const obeys = (message: unknown): boolean => {
      try {
        check(JSON.stringify(message));
        return true;
      } catch {
        return false;
      }
    };
    const flag = fc.oneof({ arbitrary: fc.boolean(), weight: 9 }, fc.constant("no"));
    const notifying = fc.record({ online: flag, offline: flag }).map((notifies) => ({ ...listening, notifies }));
    const source = fc.oneof(
      { arbitrary: notifying, weight: 6 },
      fc.constant({ status: "starting" }),
      fc.record({ status: fc.constant("unavailable"), reason: fc.constantFrom("stopped", "agent-missing", "tired") }),
      fc.constant({ status: "listening", profile: "P" }),
    );
    const fields = {
      seq: fc.constantFrom(1, 2, -1, 1.5, "1"),
      state: fc.constantFrom("online", "offline", "unknown", "away"),
      since: fc.constantFrom(null, 0, 1767258000000, -1, "now"),
      ageMs: fc.constantFrom(0, 12, -1),
      source,
    };
    const optional = {
      lastKnown: fc.record({ state: fc.constantFrom("online", "offline", "unknown"), at: fc.constantFrom(1, 1, -1) }),
      reading: fc.record(
        {
          at: fc.constantFrom(1, 2, "now"),
          connection: fc.constantFrom("working-offline", "disconnected", "connected", "half"),
          outboxItems: fc.constantFrom(0, 3, 1.5),
        },
        { requiredKeys: ["at"] },
      ),
    };
    const valid = { type: fc.constant("change"), seq: fc.constant(1), since: fc.constant(null), ageMs: fc.constant(0) };
    const messages = fc.oneof(
      fc.record({ type: fc.constant("change"), ...fields, ...optional }, { requiredKeys: [] }),
      fc.record(
        { ...valid, state: fc.constantFrom("unknown", "unknown", "online", "offline"), source, ...optional },
        { requiredKeys: ["type", "seq", "state", "since", "ageMs", "source"] },
      ),
      fc.record({ type: fc.constant("heartbeat"), seq: fields.seq }, { requiredKeys: ["type"] }),
    );
    const kinds = new Set<string>();
    fc.assert(
      fc.property(messages, (message) => {
        const taken = validateMessage(message).kind === "message";
        if (taken) kinds.add(Object.keys(message).sort().join());
        expect(taken).toBe(obeys(message));
      }),
      { numRuns: 4000 },
    );
    // Messages with a last known state and a reading were among those that were taken.
    expect([...kinds].filter((keys) => keys.includes("lastKnown") && keys.includes("reading"))).toHaveLength(1);
  });
});
