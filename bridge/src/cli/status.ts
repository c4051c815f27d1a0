/** `outlook-offline-state status [--watch] [--json]`: shows the state of Outlook, or why it is not available. */
import { setTimeout as sleep } from "node:timers/promises";
import {
  DEFAULT_PORT,
  type Capabilities,
  type ExchangeConnection,
  type Reading,
  type Reason,
  type SourceStatus,
  type Status,
} from "../../../shared/src/contract.js";
import { resolveDataDirectory, type DataDirectory } from "../data-directory.js";
import { findBridge, unresponsiveError, type BridgeStatus, type RunningBridge } from "../instance/health-client.js";
import { printable } from "../log/sanitize.js";
import { printLine, printJson, untilInterrupted } from "./console.js";
import { watchFeed } from "./watch-feed.js";

export interface StatusOptions {
  readonly json?: true;
  readonly watch?: true;
}

const RETRY_INTERVAL_MS = 1000;
const DAY_MS = 86_400_000;
const EXIT_CODES: Readonly<Record<BridgeStatus["kind"], number>> = { running: 0, absent: 1, unresponsive: 2 };

/** `status` is undefined unless the bridge is running. */
type Show = (bridge: BridgeStatus, status: Status | undefined) => void;

/** Returns the exit code. */
export async function status({ json, watch }: StatusOptions): Promise<number> {
  const show = json === undefined ? showText : showJson;
  const dataDirectory = resolveDataDirectory();
  if (watch === undefined) return showOnce(dataDirectory, show);
  await showUntilInterrupted(dataDirectory, show);
  return 0;
}

async function showOnce(dataDirectory: DataDirectory, show: Show): Promise<number> {
  const bridge = await findBridge(dataDirectory, [DEFAULT_PORT]);
  if (bridge.kind !== "running") {
    show(bridge, undefined);
    return EXIT_CODES[bridge.kind];
  }
  let first: Status | undefined;
  const reason = await watchFeed(dataDirectory, bridge.port, (status, close) => {
    first ??= status;
    close();
  });
  const result: BridgeStatus = first === undefined ? withoutFeed(bridge, reason) : bridge;
  show(result, first);
  return EXIT_CODES[result.kind];
}

/** Shows each change of the state, and whether the bridge stops or starts to respond. */
async function showUntilInterrupted(dataDirectory: DataDirectory, show: Show): Promise<void> {
  const signal = untilInterrupted();
  let lastProblem: string | undefined;
  const showProblem = (bridge: BridgeStatus): void => {
    const problem = JSON.stringify(bridge);
    if (problem !== lastProblem) show(bridge, undefined);
    lastProblem = problem;
  };
  while (!signal.aborted) {
    const bridge = await findBridge(dataDirectory, [DEFAULT_PORT]);
    if (isAborted(signal)) return;
    if (bridge.kind !== "running") showProblem(bridge);
    else {
      const seen = { any: false };
      const onStatus = (status: Status): void => {
        seen.any = true;
        lastProblem = undefined;
        show(bridge, status);
      };
      const reason = await watchFeed(dataDirectory, bridge.port, onStatus, signal);
      if (!seen.any && !isAborted(signal)) showProblem(withoutFeed(bridge, reason));
    }
    await sleep(RETRY_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

function withoutFeed({ pidFile }: RunningBridge, reason = "it does not report the state"): BridgeStatus {
  return { kind: "unresponsive", pidFile, reason, isStarting: false };
}

/** A function, because TypeScript does not expect `aborted` to change during an await. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function showText(bridge: BridgeStatus, status: Status | undefined): void {
  if (bridge.kind === "absent") printLine("Not running. Start it: outlook-offline-state start");
  else if (bridge.kind === "unresponsive") {
    const { message, remedy } = unresponsiveError(bridge);
    printLine(`${capitalize(message)}\n${remedy}`);
  } else if (status !== undefined) {
    const panes = `${bridge.clients} open ${bridge.clients === 1 ? "pane" : "panes"}`;
    printLine(printable(`${formatStatus(status, Date.now())}. Version ${bridge.version}, ${bridge.url}, ${panes}`));
  }
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function showJson(bridge: BridgeStatus, status: Status | undefined): void {
  if (bridge.kind === "absent") printJson({ running: false });
  else if (bridge.kind === "unresponsive") {
    const { pidFile, reason } = bridge;
    const { remedy } = unresponsiveError(bridge);
    printJson({ running: true, responding: false, pid: pidFile?.pid, port: pidFile?.port, error: reason, remedy });
  } else {
    const { url, version, clients } = bridge;
    const { state, since, ageMs, source, lastKnown, reading } = status ?? {};
    const reported = { state, since, ageMs, source, lastKnown, reading };
    printJson({ running: true, responding: true, url, version, clients, ...reported });
  }
}

const REASON_TEXTS: Readonly<Record<Reason, string>> = {
  "outlook-not-running": "Outlook is not running",
  "agent-missing": "The add-in is not loaded in Outlook",
  "agent-incompatible": "The add-in in Outlook and the background program have different versions",
  "agent-untrusted": "Another program responded instead of Outlook",
  "mapi-missing": "Outlook's MAPI library was not found",
  "open-failed": "Outlook did not provide its state",
  "no-notifications": "Outlook does not report changes for this profile",
  "advise-failed": "Outlook refused to report changes",
  stopped: "Outlook is closing",
};

const CONNECTION_TEXTS: Readonly<Record<ExchangeConnection, string>> = {
  "working-offline": "Work Offline is on",
  disconnected: "Not connected to the Exchange server",
  connected: "Connected to the Exchange server",
};

/** One line without a full stop at the end. `now` is in Unix milliseconds. */
export function formatStatus(status: Status, now: number): string {
  const parts = [formatState(status, now), formatSource(status.source)];
  if (status.reading !== undefined) parts.push(formatReading(status.reading, now));
  return parts.filter((part) => part !== "").join(". ");
}

function formatState({ state, since, ageMs, source, lastKnown }: Status, now: number): string {
  if (lastKnown !== undefined) {
    const change = lastKnown.state === "online" ? "goes offline" : "comes back online";
    return `Outlook was ${lastKnown.state} at ${formatTime(lastKnown.at, now)}. Outlook does not report when it ${change}`;
  }
  const age = formatDuration(ageMs);
  const time = since === null ? `for at least ${age}` : `since ${formatTime(since, now)} (${age})`;
  if (state !== "unknown") return `Outlook is ${state} ${time}`;
  if (source.status === "starting") return "Waiting for Outlook's state";
  return `Outlook's state is unknown ${time}`;
}

function formatSource(source: SourceStatus): string {
  switch (source.status) {
    case "starting":
      return "";
    case "listening":
      return `Outlook ${source.outlook}, profile ${source.profile}${formatCapabilities(source.notifies)}`;
    case "unavailable": {
      const { reason, code, detail } = source;
      const details = [reason, code, detail?.replace(/\.$/, "")].filter((part) => part !== undefined && part !== "");
      return `${REASON_TEXTS[reason]} (${details.join(", ")})`;
    }
  }
}

function formatCapabilities({ online, offline }: Capabilities): string {
  if (online && offline) return "";
  if (!online && !offline) return ", which reports no changes";
  return `, which reports only going ${online ? "online" : "offline"}`;
}

/** "Work Offline is on, 3 messages in the Outbox at 7:43" */
function formatReading({ at, connection, outboxItems }: Reading, now: number): string {
  const parts: string[] = [];
  if (connection !== undefined) parts.push(CONNECTION_TEXTS[connection]);
  if (outboxItems !== undefined)
    parts.push(`${outboxItems} ${outboxItems === 1 ? "message" : "messages"} in the Outbox`);
  return `${parts.join(", ")} at ${formatTime(at, now)}`;
}

/** The local time, with the date if it is another day than `now`. */
function formatTime(unixMs: number, now: number): string {
  const date = new Date(unixMs);
  const time = date.toLocaleTimeString();
  return now - unixMs < DAY_MS && new Date(now).getDate() === date.getDate()
    ? time
    : `${date.toLocaleDateString()} ${time}`;
}

/** "45 s", "12 min", "3 h 20 min", "2 d 4 h" */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
