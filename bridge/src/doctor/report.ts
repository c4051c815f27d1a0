/** One file to send: what doctor found, the last changes, the system, the end of the log; with nothing personal in it. */
import { arch, release, totalmem, type as systemType, version as systemVersion } from "node:os";
import { describe } from "../failure.js";
import { lastLines } from "../log/read.js";
import type { Change } from "./changes.js";
import type { Checked, SystemContext } from "./doctor.js";
import { DEEPEST, personalFacts, redactAll } from "./redact.js";

const LOG_LINES = 500;
/** Characters of a line; a longer one is damaged, and is cut. */
const LONGEST_ENTRY = 16_384;

/** `accounts`: the kinds of accounts by profile; empty where there is no Outlook. */
export function makeReport(
  context: SystemContext,
  accounts: ReadonlyMap<string, readonly string[]>,
  checks: readonly Checked[],
  changes: readonly Change[] | undefined,
): string {
  const whole = {
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
    changes: changes ?? "no bridge answered",
    log: logOf(context),
  };
  // The log names profiles of days past too.
  const profiles = [...accounts.keys(), ...valuesOf("profile", [context.health, whole])];
  return `${JSON.stringify(redactAll(whole, personalFacts(profiles)), null, 2)}\n`;
}

function logOf({ home }: SystemContext): unknown {
  try {
    return lastLines(home, LOG_LINES).map(entryOf);
  } catch (thrown) {
    return describe(thrown);
  }
}

/** As an object, so that nothing hides in escaped text. */
function entryOf(line: string): unknown {
  if (line.length > LONGEST_ENTRY) return `${line.slice(0, LONGEST_ENTRY)}... (${line.length} characters)`;
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Every text that goes by the name `name`, as deep as redactAll goes. */
function valuesOf(name: string, value: unknown, depth = 0): string[] {
  if (typeof value !== "object" || value === null || depth > DEEPEST) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    key === name && typeof item === "string" ? [item] : valuesOf(name, item, depth + 1),
  );
}
