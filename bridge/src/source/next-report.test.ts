import { describe, expect, it } from "vitest";
import { createNativeSource } from "./native-source.js";
import { nextReport } from "./next-report.js";
import type { SourceReport } from "./offline-state-source.js";

const source = { status: "listening", profile: "p", outlook: "16", notifies: { online: true, offline: true } } as const;
const checked: SourceReport = { state: "online", since: 5, ageMs: 0, number: 1, source, agent: "1.0.0" };
const value = { ...checked, state: "offline", since: 9, ageMs: 3, number: 2, source: { ...source } };

/** What the source makes of `values` that come from the native module, one after the other. */
function told(...values: unknown[]): SourceReport[] {
  const reports: SourceReport[] = [];
  const binding = {
    subscribe(_options: object, listener: (report: unknown) => void) {
      for (const one of values) listener(one);
      return { lookAgain: () => undefined, close: () => undefined };
    },
  };
  createNativeSource(binding, { home: "" }).subscribe((report) => reports.push(report));
  return reports;
}

describe("the usual report", () => {
  it("is taken with its own state and times", () => {
    expect(nextReport(value, checked)).toEqual(value);
    expect(nextReport({ ...value, since: null }, checked)?.since).toBeNull();
  });

  it("brings nothing with it that a report does not have", () => {
    expect(nextReport({ ...value, more: 1, source: { ...source, more: 1 } }, checked)).toEqual(value);
  });

  it.each<[string, unknown]>([
    ["is no object", 7],
    ["is nothing", null],
    ["has a state that there is none of", { ...value, state: "away" }],
    ["has no state", { ...value, state: "unknown" }],
    ["has a time that is none", { ...value, since: "9" }],
    ["has a time before all time", { ...value, since: -1 }],
    ["has an age that is no whole number", { ...value, ageMs: 0.5 }],
    ["has no number", { ...value, number: undefined }],
    ["is another agent's", { ...value, agent: "2.0.0" }],
    ["has no agent", { ...value, agent: undefined }],
    ["has no source", { ...value, source: undefined }],
    ["has a source that does not listen", { ...value, source: { status: "starting" } }],
    ["is of another profile", { ...value, source: { ...source, profile: "q" } }],
    ["is of another Outlook", { ...value, source: { ...source, outlook: "17" } }],
    ["notices less", { ...value, source: { ...source, notifies: { online: true, offline: false } } }],
    ["does not say what it notices", { ...value, source: { ...source, notifies: null } }],
  ])("is not one that %s", (_name, other) => {
    expect(nextReport(other, checked)).toBeUndefined();
  });

  it("follows only on a source that listened", () => {
    const starting: SourceReport = { ...checked, state: "unknown", source: { status: "starting" } };
    expect(nextReport(value, starting)).toBeUndefined();
  });
});

describe("the source of the native module", () => {
  it("tells each report as it is, the usual ones and the others", () => {
    const gone = { ...value, state: "unknown", agent: undefined, source: { status: "unavailable", reason: "stopped" } };
    const renamed = { ...value, source: { ...source, profile: "q" } };
    expect(told(checked, value, renamed, gone, value)).toEqual([checked, value, renamed, gone, value]);
  });

  it("makes the unknown state of a report that is none, also after a usual one", () => {
    const [, , wrong] = told(checked, value, { ...value, ageMs: -1 });
    expect(wrong).toMatchObject({ state: "unknown", source: { reason: "agent-incompatible" } });
  });
});
