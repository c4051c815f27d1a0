/** What the feed holds: one picture of the present, with both clocks, from which messages are made when they are sent. */
import type { SourceStatus, State } from "../../../shared/src/protocol.js";
import type { SourceReport } from "../source/offline-state-source.js";

export interface Clocks {
  /** Unix milliseconds; may jump when the clock is set. */
  unix(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
}

export const systemClocks: Clocks = { unix: () => Date.now(), monotonic: () => performance.now() };

export interface Picture {
  readonly state: State;
  readonly since: number | null;
  /** When the state began, on the monotonic clock. */
  readonly began: number;
  readonly source: SourceStatus;
}

export function startingPicture(clocks: Clocks): Picture {
  return { state: "unknown", since: null, began: clocks.monotonic(), source: { status: "starting" } };
}

/** Whatever the report says, the state is unknown unless the source is listening. */
export function pictureOf(report: SourceReport, before: Picture, clocks: Clocks): Picture {
  if (report.source.status === "listening" || report.state === "unknown") {
    const age = Number.isFinite(report.ageMs) ? Math.max(0, report.ageMs) : 0;
    return { state: report.state, since: report.since, began: clocks.monotonic() - age, source: report.source };
  }
  return unknownPicture(report.source, before, clocks);
}

/** The state became unknown now, unless it was unknown before. */
export function unknownPicture(source: SourceStatus, before: Picture, clocks: Clocks): Picture {
  if (before.state === "unknown") return { ...before, source };
  return { state: "unknown", since: clocks.unix(), began: clocks.monotonic(), source };
}

/** Whether a subscriber would see no difference. */
export function isSame(a: Picture, b: Picture): boolean {
  return a.state === b.state && a.since === b.since && isSameSource(a.source, b.source);
}

function isSameSource(a: SourceStatus, b: SourceStatus): boolean {
  if (a.status === "listening") {
    return (
      b.status === "listening" &&
      a.profile === b.profile &&
      a.outlook === b.outlook &&
      a.notifies.online === b.notifies.online &&
      a.notifies.offline === b.notifies.offline
    );
  }
  if (a.status === "unavailable") {
    return b.status === "unavailable" && a.reason === b.reason && a.code === b.code && a.detail === b.detail;
  }
  return b.status === "starting";
}
