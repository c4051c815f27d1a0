import type { Connection } from "../feed/connection.js";
import type { Clocks } from "../feed/world.js";
import type { Past } from "./told.js";

/** A state that the feed says, as far as it is one that can be remembered. */
function knownState(connection: Connection): Past["state"] | null {
  if (connection.status !== "live" || connection.present.source.status !== "listening") return null;
  return connection.present.state === "unknown" ? null : connection.present.state;
}

/**
 * The last known state when `connection` is given up or replaced: its state, as of the last message that confirmed it.
 * @param heard when the last message came; null when none did
 * @returns `past` when the connection has no state that could be remembered
 */
export function remember(past: Past | null, connection: Connection, heard: Clocks | null, now: Clocks): Past | null {
  const state = knownState(connection);
  if (state === null || heard === null) return past;
  // The monotonic clock may stand still while the machine sleeps, and the wall clock may be set back: the earlier of the two
  // never claims that the state was known for longer than it was.
  return { state, at: Math.min(heard.wall, now.wall - (now.monotonic - heard.monotonic)) };
}

/** The newer of two memories. */
export function newer(one: Past | null, other: Past | null): Past | null {
  if (one === null || other === null) return one ?? other;
  return other.at > one.at ? other : one;
}
