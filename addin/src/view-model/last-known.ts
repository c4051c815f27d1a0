import type { History, LastKnown } from "../../../shared/src/contract.js";
import type { ClockReading } from "../feed/clock.js";
import type { Connection } from "../feed/feed-client.js";

const KEY = "outlook-offline-state.past";

/**
 * The last known state after a connection was lost or its status replaced: that status's state, confirmed by the last message.
 * @param lastMessageAt when the last message was received; null if there was none
 * @returns `lastKnown` if the connection had no current state
 */
export function lastKnownAfter(
  lastKnown: LastKnown | null,
  connection: Connection,
  lastMessageAt: ClockReading | null,
  now: ClockReading,
): LastKnown | null {
  if (connection.phase !== "live" || connection.status.state === "unknown" || lastMessageAt === null) return lastKnown;
  // The monotonic clock may stop during sleep, and the wall clock may be set back. The earlier result never claims that the
  // state was known for longer than it was.
  const at = Math.min(lastMessageAt.wall, now.wall - (now.monotonic - lastMessageAt.monotonic));
  return { state: connection.status.state, at };
}

export function newerOf(one: LastKnown | null, other: LastKnown | null): LastKnown | null {
  if (one === null || other === null) return one ?? other;
  return other.at > one.at ? other : one;
}

/** The last known state in the history; null if there is none. */
export function lastKnownIn({ spans }: History): LastKnown | null {
  for (const { state, to } of [...spans].reverse()) {
    if (state !== "unknown") return { state, at: to };
  }
  return null;
}

/** The last known state that an earlier pane saved; null if there is none. */
export function loadLastKnown(): LastKnown | null {
  try {
    const [state, at] = (localStorage.getItem(KEY) ?? "").split(" ");
    const time = Number(at);
    if ((state === "online" || state === "offline") && time > 0 && time <= Date.now()) return { state, at: time };
  } catch {
    // Storage is forbidden.
  }
  return null;
}

/** Saves the last known state for the next pane, unless another pane has saved a newer one. */
export function saveLastKnown(lastKnown: LastKnown | null): void {
  if (lastKnown === null || lastKnown.at < (loadLastKnown()?.at ?? 0)) return;
  try {
    localStorage.setItem(KEY, `${lastKnown.state} ${String(Math.round(lastKnown.at))}`);
  } catch {
    // Storage is full or forbidden.
  }
}
