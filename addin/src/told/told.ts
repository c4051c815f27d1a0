import type { Notifies, Present, State } from "../../../shared/src/protocol.js";
import type { Connection } from "../feed/connection.js";
import type { Host } from "../office/host.js";
import type { StringKey } from "../words/words.js";
import { ROWS, type Row, type RowName } from "./rows.js";

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
  const row = ROWS[name];
  const present = known.connection.status === "live" && name !== "other-outlook" ? known.connection.present : null;
  const source = present?.source;
  return {
    name,
    row,
    state: row.state,
    lasting: present !== null && row.state !== "unknown" ? lastingOf(known.connection, present) : null,
    past: row.state === "unknown" && name !== "other-outlook" ? known.past : null,
    limit: row.state !== "unknown" && source?.status === "listening" ? limitOf(source.notifies) : null,
    retryAt: row.retry && known.connection.status === "waiting" ? known.connection.retryAt : null,
    code: source?.status === "unavailable" ? (source.code ?? null) : null,
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
      // The first retry comes within a quarter of a second: until it fails too there is nothing to do for the person.
      return connection.failures === 0 ? "connecting" : "unreachable";
  }
}

function rowOfPresent({ source, state }: Present): RowName {
  switch (source.status) {
    case "starting":
      return "starting";
    case "unavailable":
      return source.reason;
    case "listening":
      return state === "unknown" ? "undecided" : state;
  }
}

function lastingOf(connection: Connection, { ageMs, since }: Present): Lasting | null {
  if (connection.status !== "live") return null;
  return { startedAt: connection.heardAt - ageMs, atLeast: since === null, since };
}

function limitOf({ online, offline }: Notifies): StringKey | null {
  if (online && offline) return null;
  if (!online && !offline) return "limit.both";
  return online ? "limit.offline" : "limit.online";
}
