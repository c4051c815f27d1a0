import { describe, expect, it } from "vitest";
import { validateHistory } from "./validate.js";

const spans = [
  { state: "unknown", from: 10, to: 20 },
  { state: "unknown", from: 20, to: 25, reason: "agent-missing" },
  { state: "online", from: 25, to: 40 },
];
const history = { protocol: 1, now: 40, from: 10, spans };
const kindOf = (value: unknown): string => validateHistory(JSON.stringify(value)).kind;

describe("the validator of the history", () => {
  it("takes spans that follow one another, and ignores fields that it does not know", () => {
    const verdict = validateHistory(JSON.stringify({ ...history, later: true }));
    expect(verdict).toEqual({ kind: "message", message: history });
  });

  it("shows a state of a newer version as unknown, and leaves a reason of a newer version out", () => {
    const newer = [
      { state: "dreaming", from: 10, to: 20 },
      { state: "unknown", from: 20, to: 25, reason: "policy-disabled" },
      { state: "dreaming", from: 25, to: 40, reason: "agent-missing" },
    ];
    expect(validateHistory(JSON.stringify({ ...history, spans: newer }))).toEqual({
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

  it("names another protocol as such", () => {
    expect(validateHistory('{"protocol":2}')).toEqual({ kind: "other-protocol", protocol: 2 });
  });

  it.each([
    ["a hole between two spans", { ...history, spans: [spans[0], spans[2]] }],
    ["spans that do not begin at the beginning", { ...history, from: 5 }],
    ["spans that do not reach the present", { ...history, now: 41 }],
    ["a span of no length", { ...history, spans: [...spans, { state: "online", from: 40, to: 40 }] }],
    ["spans in another order", { ...history, spans: [...spans].reverse() }],
    ["a state that is no text", { ...history, spans: [{ ...spans[0], state: 1 }, ...spans.slice(1)] }],
    ["no spans", { ...history, spans: [] }],
    ["something else", "history"],
  ])("refuses %s", (_name, value) => {
    expect(kindOf(value)).toBe("malformed");
  });

  it("refuses what is no JSON", () => {
    expect(validateHistory("<html>").kind).toBe("malformed");
  });
});
