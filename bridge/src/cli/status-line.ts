/** The present state in one line for a person. */
import type { ExchangeConnection, Notifies, Present, Reading, SourceStatus } from "../../../shared/src/protocol.js";

/** `now`: Unix milliseconds. */
export function statusLine(present: Present, now: number): string {
  const { source, reading } = present;
  const line = `${stateLine(present, now)}: ${sourceLine(source)}`;
  return reading === undefined ? line : `${line}. ${readingLine(reading, now)}`;
}

function stateLine({ state, since, ageMs, lastKnown }: Present, now: number): string {
  if (lastKnown !== undefined) {
    const change = lastKnown.state === "online" ? "goes offline" : "comes back online";
    return `Outlook was ${lastKnown.state} at ${clock(lastKnown.at, now)}; Outlook does not report when it ${change}`;
  }
  const age = durationOf(ageMs);
  const time = since === null ? `for at least ${age}` : `since ${clock(since, now)}, for ${age}`;
  return `${state === "unknown" ? "Outlook's state is unknown" : `Outlook is ${state}`} (${time})`;
}

const CONNECTIONS: Readonly<Record<ExchangeConnection, string>> = {
  "working-offline": "Work Offline is on",
  disconnected: "Not connected to the Exchange server",
  connected: "Connected to the Exchange server",
};

/** "Work Offline is on, 3 messages in the Outbox at 7:43" */
function readingLine({ at, connection, outboxItems }: Reading, now: number): string {
  const parts: string[] = [];
  if (connection !== undefined) parts.push(CONNECTIONS[connection]);
  if (outboxItems !== undefined)
    parts.push(`${outboxItems} ${outboxItems === 1 ? "message" : "messages"} in the Outbox`);
  return `${parts.join(", ")} at ${clock(at, now)}`;
}

function sourceLine(source: SourceStatus): string {
  switch (source.status) {
    case "starting":
      return "nothing is known yet";
    case "listening": {
      return `listening to Outlook ${source.outlook}, profile ${source.profile}${oneWay(source.notifies)}`;
    }
    case "unavailable": {
      const more = [source.code, source.detail].filter((part) => part !== undefined && part !== "");
      return [source.reason, ...more].join(", ").replace(/\.$/, "");
    }
  }
}

function oneWay({ online, offline }: Notifies): string {
  if (online && offline) return "";
  return online || offline
    ? `, which notifies only going ${online ? "online" : "offline"}`
    : ", which notifies nothing";
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
