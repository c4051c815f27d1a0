/** The present state in one line for a person. */
import type { Present, SourceStatus } from "../../../shared/src/protocol.js";

/** `now`: Unix milliseconds. */
export function statusLine({ state, since, ageMs, source }: Present, now: number): string {
  const age = durationOf(ageMs);
  const time = since === null ? `for at least ${age}` : `since ${clock(since, now)}, for ${age}`;
  return `Outlook is ${state} (${time}): ${sourceLine(source)}`;
}

function sourceLine(source: SourceStatus): string {
  switch (source.status) {
    case "starting":
      return "nothing is known yet";
    case "listening": {
      const { online, offline } = source.notifies;
      const only = online && offline ? "" : `, which notifies only going ${online ? "online" : "offline"}`;
      return `listening to Outlook ${source.outlook}, profile ${source.profile}${only}`;
    }
    case "unavailable": {
      const more = [source.code, source.detail].filter((part) => part !== undefined && part !== "");
      return [source.reason, ...more].join(", ").replace(/\.$/, "");
    }
  }
}

function clock(unix: number, now: number): string {
  const date = new Date(unix);
  const time = date.toLocaleTimeString();
  return now - unix < 86_400_000 && new Date(now).getDate() === date.getDate()
    ? time
    : `${date.toLocaleDateString()} ${time}`;
}

/** "45 s", "12 min", "3 h 20 min", "2 d 4 h" */
export function durationOf(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
