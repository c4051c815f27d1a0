import type { Past } from "./told.js";

const KEY = "outlook-offline-state.past";

/** The last known state of an earlier opening of the pane; null when there is none, or none can be read. */
export function keptPast(): Past | null {
  try {
    const [state, at] = (localStorage.getItem(KEY) ?? "").split(" ");
    const time = Number(at);
    if ((state === "online" || state === "offline") && time > 0 && time <= Date.now()) return { state, at: time };
  } catch {
    // Storage is forbidden here.
  }
  return null;
}

/** Keeps the last known state for the next opening, should the bridge be away then; not over what another pane has kept since. */
export function keepPast(past: Past | null): void {
  if (past === null || past.at < (keptPast()?.at ?? 0)) return;
  try {
    localStorage.setItem(KEY, `${past.state} ${String(Math.round(past.at))}`);
  } catch {
    // Storage is full or forbidden: the next opening then knows less.
  }
}
