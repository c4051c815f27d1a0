import type { Notifies, Present, Reading, State } from "../../../shared/src/protocol.js";
import type { Connection } from "../feed/connection.js";
import type { Host } from "../office/host.js";
import type { StringKey } from "../words/words.js";
import { EXPLAINED, ROWS, type Row, type RowName } from "./rows.js";

/** A state that was true once; `at` is the last moment (Unix ms) at which it was known to be. */
export interface Past {
  readonly state: "online" | "offline";
  readonly at: number;
}

/** All that the pane knows. */
export interface Known {
  readonly connection: Connection;
  readonly host: Host;
  readonly past: Past | null;
}

/** How long the present state has lasted. */
export interface Lasting {
  /** Monotonic milliseconds; the state began then, or earlier if `atLeast`. */
  readonly startedAt: number;
  readonly atLeast: boolean;
  /** Unix milliseconds for the clock time; null when the beginning was not seen. */
  readonly since: number | null;
}

/** What was read in Outlook, in words; `count` chooses the plural form. */
export interface Fact {
  readonly text: StringKey;
  readonly count?: number;
}

/** What the person is told: all that the view shows, and nothing that it would have to decide. */
export interface Told {
  readonly name: RowName;
  readonly row: Row;
  readonly state: State;
  /** Only with a state that is known now. */
  readonly lasting: Lasting | null;
  /** Only while the state is unknown. */
  readonly past: Past | null;
  /** What cannot be noticed although the state is known. */
  readonly limit: StringKey | null;
  /** What was read in Outlook beside the state; `at` in Unix milliseconds. */
  readonly facts: readonly Fact[];
  readonly factsAt: number | null;
  /** Outlook is online, and had no connection to Exchange when that was read: no reason for a check mark. */
  readonly disconnected: boolean;
  /** Monotonic milliseconds of the next try to reach the bridge. */
  readonly retryAt: number | null;
  /** For whoever helps: the failed step's code and words. */
  readonly code: string | null;
  readonly detail: string | null;
  readonly about: About;
  readonly host: Host;
}

/** What stands behind the state, as far as it is known. */
export interface About {
  readonly profile: string | null;
  readonly outlook: string | null;
  readonly bridge: string | null;
}

/** Decides what the person is told. An old state is never told as the present one: it comes back as `past`. */
export function tell(known: Known): Told {
  const name = rowOf(known);
  const present = known.connection.status === "live" && name !== "other-outlook" ? known.connection.present : null;
  const row: Row = { ...ROWS[name], ...(present === null ? undefined : explanation(present)) };
  const source = present?.source;
  const reading = present?.reading;
  return {
    name,
    row,
    state: row.state,
    lasting: present !== null && row.state !== "unknown" ? lastingOf(known.connection, present) : null,
    past: row.state === "unknown" && name !== "other-outlook" ? (present?.lastKnown ?? known.past) : null,
    limit: row.state !== "unknown" && source?.status === "listening" ? limitOf(source.notifies) : null,
    facts: reading === undefined ? [] : factsOf(reading),
    factsAt: reading?.at ?? null,
    disconnected: row.title === "online.disconnected",
    retryAt: row.retry && known.connection.status === "waiting" ? known.connection.retryAt : null,
    code: source?.status === "unavailable" ? (source.code ?? null) : httpCodeOf(known.connection, name),
    detail: source?.status === "unavailable" ? (source.detail ?? null) : null,
    about: {
      profile: source?.status === "listening" ? source.profile : null,
      outlook: source?.status === "listening" ? source.outlook : null,
      bridge: known.connection.status === "live" ? known.connection.bridgeVersion : null,
    },
    host: known.host,
  };
}

function rowOf({ connection, host }: Known): RowName {
  if (host === "other") return "other-outlook";
  switch (connection.status) {
    case "refused":
      return "refused";
    case "live":
      return rowOfPresent(connection.present);
    case "connecting":
    case "waiting":
      if (connection.lost === "busy") return "busy";
      if (connection.lost === "rejected") return connection.httpStatus === 431 ? "large-cookies" : "rejected";
      // The first retry comes within a quarter of a second: until it fails too there is nothing to do for the person.
      return connection.failures === 0 ? "connecting" : "unreachable";
  }
}

function rowOfPresent({ source, state, lastKnown }: Present): RowName {
  switch (source.status) {
    case "starting":
      return "starting";
    case "unavailable":
      return source.reason;
    case "listening":
      if (state !== "unknown") return state;
      return lastKnown === undefined ? "undecided" : `was-${lastKnown.state}`;
  }
}

function httpCodeOf(connection: Connection, name: RowName): string | null {
  if (name !== "rejected" && name !== "large-cookies") return null;
  return "httpStatus" in connection && connection.httpStatus !== null ? `HTTP ${String(connection.httpStatus)}` : null;
}

function lastingOf(connection: Connection, { ageMs, since }: Present): Lasting | null {
  if (connection.status !== "live") return null;
  return { startedAt: connection.heardAt - ageMs, atLeast: since === null, since };
}

/** A current state's own end is always notified; the other direction may not be. */
function limitOf({ online, offline }: Notifies): StringKey | null {
  if (online && offline) return null;
  return online ? "limit.offline" : "limit.online";
}

/** A connection that was read before the state began explains another state. */
function explanation({ state, since, reading }: Present): Partial<Row> | undefined {
  if (state === "unknown" || reading?.connection === undefined) return undefined;
  return since !== null && reading.at < since ? undefined : EXPLAINED[state][reading.connection];
}

function factsOf({ connection, outboxItems }: Reading): Fact[] {
  const facts: Fact[] = [];
  if (connection !== undefined) facts.push({ text: `reading.${connection}` });
  if (outboxItems !== undefined) facts.push({ text: "reading.outbox", count: outboxItems });
  return facts;
}
