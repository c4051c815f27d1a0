/** One file to send: what doctor found, the last changes, the system, the end of the log; with nothing personal in it. */
import { arch, release, totalmem, version as systemVersion } from "node:os";
import { lastLines } from "../log/read.js";
import { accountKinds } from "../outlook/accounts.js";
import type { Change } from "./changes.js";
import type { Checked, DoctorContext } from "./doctor.js";
import { personalFacts, redactAll } from "./redact.js";

const LOG_LINES = 500;

export function makeReport(
  context: DoctorContext,
  checks: readonly Checked[],
  changes: readonly Change[] | undefined,
): string {
  const whole = {
    product: "outlook-offline-state",
    version: context.version,
    made: new Date().toISOString(),
    system: {
      windows: `${systemVersion()} ${release()}`,
      arch: arch(),
      node: process.version,
      memoryMiB: Math.round(totalmem() / (1 << 20)),
    },
    accounts: [...accountKinds(context.registry).values()],
    checks,
    changes: changes ?? "no bridge told",
    log: lastLines(context.home, LOG_LINES).map(entryOf),
  };
  // The log names profiles of days past too.
  const profiles = [...accountKinds(context.registry).keys(), ...valuesOf("profile", [context.health, whole])];
  return `${JSON.stringify(redactAll(whole, personalFacts(profiles)), null, 2)}\n`;
}

/** As an object, so that nothing hides in escaped text. */
function entryOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** Every text that goes by the name `name`, however deep. */
function valuesOf(name: string, value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]: [string, unknown]) =>
    key === name && typeof item === "string" ? [item] : valuesOf(name, item),
  );
}
