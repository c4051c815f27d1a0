/** What the feed holds: one picture of the present, with both clocks, from which messages are made when they are sent. */
import {
  notifiesEndOf,
  type ExchangeConnection,
  type KnownState,
  type LastKnown,
  type Reading,
  type SourceStatus,
  type State,
} from "../../../shared/src/protocol.js";
import type { SourceReading, SourceReport } from "../source/offline-state-source.js";

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
  readonly lastKnown?: LastKnown | undefined;
  readonly reading?: Reading | undefined;
  /** Unix milliseconds from which on `lastKnown.state` is known to have held until `lastKnown.at`. */
  readonly heldFrom?: number | undefined;
}

export function startingPicture(clocks: Clocks): Picture {
  return { state: "unknown", since: null, began: clocks.monotonic(), source: { status: "starting" } };
}

/**
 * Whatever the report says, the state is unknown unless the source listens and Outlook notifies the end of the state. This is
 * the one place in the bridge that decides whether a state is current.
 */
export function pictureOf(report: SourceReport, before: Picture, clocks: Clocks): Picture {
  const { state, since, source } = report;
  if (source.status !== "listening" && state !== "unknown") return unknownPicture(source, before, clocks);
  const age = Number.isFinite(report.ageMs) ? Math.max(0, report.ageMs) : 0;
  const picture = { state, since, began: clocks.monotonic() - age, source };
  if (source.status !== "listening") return picture;
  const reading = readingOf(report.reading, before);
  if (state === "unknown" || notifiesEndOf(state, source.notifies)) return { ...picture, reading };
  return { ...lastKnownPicture(report, state, age, before, clocks), source, reading };
}

/** The state held when it was confirmed last; since then it is unknown. */
function lastKnownPicture(
  { since, confirmedAt, source }: SourceReport,
  state: KnownState,
  age: number,
  before: Picture,
  clocks: Clocks,
): Omit<Picture, "source" | "reading"> {
  const now = clocks.unix();
  const earlier = before.lastKnown?.state === state && isSameSource(before.source, source) ? before : undefined;
  const at = sameMoment(Math.min(confirmedAt ?? since ?? now - Math.round(age), now), earlier?.lastKnown?.at);
  // Had the state ended and come back, its return would have been notified, if Outlook notifies that.
  const lasted = source.status === "listening" && source.notifies[state];
  const known = earlier?.lastKnown?.at ?? since ?? at;
  return {
    state: "unknown",
    since: at,
    began: earlier?.lastKnown?.at === at ? earlier.began : clocks.monotonic() - (now - at),
    lastKnown: { state, at },
    heldFrom: lasted ? Math.min(Math.max(known, since ?? known), at) : at,
  };
}

/** OlExchangeConnectionMode: 0 is a profile without Exchange, and a value that is not listed may mean anything. */
const CONNECTIONS: Readonly<Record<number, ExchangeConnection>> = {
  100: "working-offline",
  200: "working-offline",
  300: "disconnected",
  400: "disconnected",
  500: "connected",
  600: "connected",
  700: "connected",
  800: "connected",
};

/** Undefined if nothing was read that can be reported. */
function readingOf(reading: SourceReading | undefined, before: Picture): Reading | undefined {
  if (reading === undefined) return undefined;
  const { exchangeConnectionMode: mode, outboxItems } = reading;
  const connection = mode === undefined ? undefined : CONNECTIONS[mode];
  if (connection === undefined && outboxItems === undefined) return undefined;
  return { at: sameMoment(reading.at, before.reading?.at), connection, outboxItems };
}

/** The agent sends ages, and a moment that is reported again is rounded again: that alone is no change. Milliseconds. */
const ROUNDING_MS = 10;

/** `before` if `at` is the same moment, else `at`. */
function sameMoment(at: number, before: number | undefined): number {
  return before !== undefined && Math.abs(at - before) <= ROUNDING_MS ? before : at;
}

/** The state became unknown now, unless it was unknown before. */
export function unknownPicture(source: SourceStatus, before: Picture, clocks: Clocks): Picture {
  if (before.state === "unknown") return { state: "unknown", since: before.since, began: before.began, source };
  return { state: "unknown", since: clocks.unix(), began: clocks.monotonic(), source };
}

/** Whether a subscriber would see no difference. `lastKnown.at` is `since`. */
export function isSame(a: Picture, b: Picture): boolean {
  return (
    a.state === b.state &&
    a.since === b.since &&
    a.lastKnown?.state === b.lastKnown?.state &&
    a.reading?.at === b.reading?.at &&
    a.reading?.connection === b.reading?.connection &&
    a.reading?.outboxItems === b.reading?.outboxItems &&
    isSameSource(a.source, b.source)
  );
}

export function isSameSource(a: SourceStatus, b: SourceStatus): boolean {
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
