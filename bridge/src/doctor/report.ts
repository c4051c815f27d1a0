/** One file for support: the results of the checks, the last changes, the system and the end of the log, without personal data. */
import { arch, release, totalmem, type as systemType, version as systemVersion } from "node:os";
import { HISTORY_HOURS_MAX, HISTORY_PATH, parseHistory } from "../../../shared/src/contract.js";
import { get } from "../instance/health-client.js";
import { lastLines } from "../log/read.js";
import { messageOf } from "../user-error.js";
import type { CheckResult, SystemContext } from "./doctor.js";
import { MAX_DEPTH, personalData, redactAll } from "./redact.js";

const MAX_CHANGES = 10;
const MAX_LOG_LINES = 500;
/** In characters. A longer line is damaged, and is truncated. */
const MAX_ENTRY_LENGTH = 16_384;

export interface StateChange {
  readonly state: string;
  /** ISO 8601. */
  readonly at: string;
  readonly reason?: string;
}

/** The last ten changes in the bridge's history, newest first; undefined if the bridge does not respond. */
export async function lastChanges({ dataDirectory, bridge }: SystemContext): Promise<StateChange[] | undefined> {
  if (bridge.kind !== "running") return undefined;
  const response = await get(dataDirectory, bridge.port, `${HISTORY_PATH}?hours=${HISTORY_HOURS_MAX}`);
  if (response.kind !== "response" || response.status !== 200) return undefined;
  const history = parseHistory(response.body);
  if (history.kind !== "message") return undefined;
  // The first span starts where the requested time starts, not with a change.
  return history.message.spans
    .slice(1)
    .slice(-MAX_CHANGES)
    .reverse()
    .map(({ state, from, reason }) => ({
      state,
      at: new Date(from).toISOString(),
      ...(reason === undefined ? {} : { reason }),
    }));
}

/** `accounts`: the kinds of accounts by profile; empty where there is no Outlook. */
export function createReport(
  context: SystemContext,
  accounts: ReadonlyMap<string, readonly string[]>,
  checks: readonly CheckResult[],
  changes: readonly StateChange[] | undefined,
): string {
  const report = {
    product: "outlook-offline-state",
    version: context.version,
    made: new Date().toISOString(),
    system: {
      name: `${systemType()} ${systemVersion()} ${release()}`,
      arch: arch(),
      node: process.version,
      memoryMiB: Math.round(totalmem() / (1 << 20)),
    },
    accounts: [...accounts.values()],
    checks,
    changes: changes ?? "the background program did not respond",
    log: logEntries(context),
  };
  // The log also contains profiles that are no longer in use.
  const profiles = [...accounts.keys(), ...valuesOf("profile", [context.health, report])];
  return `${JSON.stringify(redactAll(report, personalData(profiles)), null, 2)}\n`;
}

function logEntries({ dataDirectory }: SystemContext): unknown {
  try {
    return lastLines(dataDirectory, MAX_LOG_LINES).map(entryOf);
  } catch (error) {
    return messageOf(error);
  }
}

/** Parsed, so that redaction also reaches escaped text. */
function entryOf(line: string): unknown {
  if (line.length > MAX_ENTRY_LENGTH) return `${line.slice(0, MAX_ENTRY_LENGTH)}... (${line.length} characters)`;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** All strings with the key `name`, as deep as redactAll goes. */
function valuesOf(name: string, value: unknown, depth = 0): string[] {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    key === name && typeof item === "string" ? [item] : valuesOf(name, item, depth + 1),
  );
}
