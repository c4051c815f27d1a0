import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { REASONS, validateFeedMessage } from "../../shared/src/contract.js";
import { feedMessageCheck, readProtocolDocument } from "../support/protocol-document.js";

const listening = { status: "listening", profile: "P", outlook: "16", notifies: { online: true, offline: true } };
const change = { type: "change", seq: 1, state: "online", since: null, ageMs: 0, source: listening };

describe("feed.asyncapi.yaml", () => {
  it("is valid AsyncAPI 3 and defines the three messages", async () => {
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

  it("has examples that match its schemas", async () => {
    const check = await feedMessageCheck();
    const examples = (await readProtocolDocument())
      .messages()
      .all()
      .flatMap((message) => message.examples().all());
    expect(examples).toHaveLength(4);
    for (const example of examples) {
      check(JSON.stringify(example.payload()));
      expect(validateFeedMessage(example.payload()).kind).toBe("message");
    }
  });

  it("lists exactly the reasons of the contract", async () => {
    const check = await feedMessageCheck();
    for (const reason of REASONS) {
      check(JSON.stringify({ ...change, state: "unknown", source: { status: "unavailable", reason } }));
    }
    const schemas = (await readProtocolDocument()).components().schemas();
    expect(schemas.get("reason")?.json()).toMatchObject({ enum: REASONS });
  });

  it("rejects a state without a listening source, an unknown reason and an unknown type", async () => {
    const check = await feedMessageCheck();
    check(JSON.stringify(change));
    for (const wrong of [
      { ...change, source: { status: "starting" } },
      { ...change, source: { ...listening, notifies: { online: true, offline: false } } },
      { ...change, lastKnown: { state: "online", at: 1 } },
      { ...change, reading: { at: 1, connection: "half" } },
      { ...change, state: "unknown", source: { status: "unavailable", reason: "tired" } },
      { ...change, type: "goodbye" },
      { ...change, seq: 0 },
      { ...change, ageMs: -1 },
      { ...change, since: "now" },
    ]) {
      expect(() => {
        check(JSON.stringify(wrong));
      }).toThrow();
    }
  });

  it("accepts exactly the messages that the contract accepts", async () => {
    const check = await feedMessageCheck();
    const matches = (message: unknown): boolean => {
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
    const accepted = new Set<string>();
    fc.assert(
      fc.property(messages, (message) => {
        const isAccepted = validateFeedMessage(message).kind === "message";
        if (isAccepted) accepted.add(Object.keys(message).sort().join());
        expect(isAccepted).toBe(matches(message));
      }),
      { numRuns: 4000 },
    );
    // Some accepted messages had both a last known state and a reading.
    expect([...accepted].filter((keys) => keys.includes("lastKnown") && keys.includes("reading"))).toHaveLength(1);
  });
});
