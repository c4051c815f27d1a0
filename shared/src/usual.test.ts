import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SourceStatus } from "./protocol.js";
import { usualChange } from "./usual.js";
import { validateFrame, validateMessage } from "./validate.js";

const source = { status: "listening", profile: "p", outlook: "16", notifies: { online: true, offline: true } } as const;
const change = { type: "change", seq: 2, state: "offline", since: 9, ageMs: 3, source };

describe("the usual change", () => {
  it("is taken with its own state and times, and brings nothing else with it", () => {
    const more = { ...change, more: 1, source: { ...source, more: 1 } };
    for (const value of [change, more]) expect(usualChange(value, source)).toEqual(change);
    expect(usualChange({ ...change, since: null }, source)?.since).toBeNull();
  });

  it.each<[string, unknown]>([
    ["is no object", 7],
    ["is nothing", null],
    ["is a snapshot", { ...change, type: "snapshot" }],
    ["has a state that there is none of", { ...change, state: "away" }],
    ["has no state", { ...change, state: "unknown" }],
    ["has no number", { ...change, seq: undefined }],
    ["has a time that is none", { ...change, since: "9" }],
    ["has a time before all time", { ...change, since: -1 }],
    ["has no time at all", { ...change, since: undefined }],
    ["has an age that is no whole number", { ...change, ageMs: 0.5 }],
    ["has no source", { ...change, source: undefined }],
    ["has a source that does not listen", { ...change, source: { status: "unavailable", reason: "stopped" } }],
    ["is of another profile", { ...change, source: { ...source, profile: "q" } }],
    ["is of another Outlook", { ...change, source: { ...source, outlook: "17" } }],
    ["notices less", { ...change, source: { ...source, notifies: { online: true, offline: false } } }],
    ["does not say what it notices", { ...change, source: { ...source, notifies: null } }],
  ])("is not one that %s", (_name, value) => {
    expect(usualChange(value, source)).toBeUndefined();
  });

  it("follows only on a source that listened", () => {
    expect(usualChange({ ...change, source: { status: "starting" } }, { status: "starting" })).toBeUndefined();
  });

  it("is what the whole check makes of it too, whatever comes", () => {
    const odd = fc.oneof(fc.anything(), fc.constantFrom("online", "offline", "unknown", "change", null, -0, 1.5));
    const field = (usual: unknown): fc.Arbitrary<unknown> =>
      fc.oneof({ arbitrary: fc.constant(usual), weight: 19 }, odd);
    const listening = fc.record({
      ...{ status: field("listening"), profile: field("p"), outlook: field("16") },
      notifies: field(source.notifies),
    });
    const message = fc.record({
      ...{ type: field("change"), seq: field(2), state: field("offline"), since: field(9), ageMs: field(3) },
      source: fc.oneof({ arbitrary: listening, weight: 19 }, odd),
    });
    let taken = 0;
    fc.assert(
      fc.property(message, (value) => {
        const usual = usualChange(value, source);
        if (usual === undefined) return;
        taken += 1;
        expect(validateMessage(value)).toEqual({ kind: "message", message: usual });
      }),
      { numRuns: 3000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

describe("a frame, with what was checked before it", () => {
  it.each<[string, object, SourceStatus]>([
    ["a usual change", change, source],
    ["the first change of another profile", change, { ...source, profile: "q" }],
    ["a heartbeat", { type: "heartbeat", seq: 2 }, source],
    ["the end of the source", { ...change, state: "unknown", source: { status: "starting" } }, source],
  ])("is read as without it: %s", (_name, message, before) => {
    expect(validateFrame(JSON.stringify(message), before)).toEqual({ kind: "message", message });
  });

  it("is malformed as without it", () => {
    for (const text of ["", "{", JSON.stringify({ ...change, ageMs: -1 })]) {
      expect(validateFrame(text, source)).toEqual(validateFrame(text));
    }
  });
});
