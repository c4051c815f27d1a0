import type { Connection } from "../feed/connection.js";
import type { Past } from "./told.js";

/** Both clocks at one moment, in milliseconds. */
export interface Clocks {
  readonly monotonic: number;
  readonly wall: number;
}

/** A state that the feed says, as far as it is one that can be remembered. */
function knownState(connection: Connection): Past["state"] | null {
  if (connection.status !== "live" || connection.present.source.status !== "listening") return null;
  return connection.present.state === "unknown" ? null : connection.present.state;
}

/**
 * What is remembered once `next` has followed `previous`: the state that was known until now, with the last moment at
 * which it was. A bridge that has fallen silent vouches only until it was last heard.
 */
export function remember(past: Past | null, previous: Connection, next: Connection, now: Clocks): Past | null {
  const state = knownState(previous);
  if (state === null) return past;
  if (next.status === "live" || next.status === "refused" || next.lastHeardAt === null) return { state, at: now.wall };
  return { state, at: now.wall - (now.monotonic - next.lastHeardAt) };
}

/** The newer of two memories. */
export function newer(one: Past | null, other: Past | null): Past | null {
  if (one === null || other === null) return one ?? other;
  return other.at > one.at ? other : one;
}
