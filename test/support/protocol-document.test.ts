import { describe, expect, it } from "vitest";
import fc from "fast-check";
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
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      check(JSON.stringify(example.payload()));
      expect(validateMessage(example.payload()).kind).toBe("message");
    }
  });

  it("refuses a state from a source that does not listen, an unknown reason and an unknown type", async () => {
    const check = await checkOfMessages();
    check(JSON.stringify(change));
    for (const wrong of [
      { ...change, source: { status: "starting" } },
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
    const source = fc.oneof(
      fc.constant(listening),
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
    const messages = fc.oneof(
      fc.record({ type: fc.constant("change"), ...fields }, { requiredKeys: [] }),
      fc.record({ type: fc.constant("heartbeat"), seq: fields.seq }, { requiredKeys: ["type"] }),
    );
    fc.assert(
      fc.property(messages, (message) => {
        expect(validateMessage(message).kind === "message").toBe(obeys(message));
      }),
      { numRuns: 2000 },
    );
  });
});
