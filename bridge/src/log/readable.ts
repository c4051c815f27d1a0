/** A line of the log for a person: the time, the level when it matters, what happened, and what goes with it. */
import { foreign } from "./foreign.js";
import { printable, printableJson } from "./printable.js";

/** pino's numbers. */
const WARN = 40;
const ERROR = 50;
/** Those are told in another way, or tell a person nothing. */
const PLAIN = new Set(["level", "time", "pid", "msg"]);

/** One line that is safe for a terminal. A line that is no JSON object (the log was damaged) is cut to 200 characters. */
export function logLine(line: string): string {
  const entry = parsed(line);
  if (entry === undefined) return foreign(line) ?? "";
  const { time, level, msg } = entry;
  const rest = Object.entries(entry)
    .filter(([name]) => !PLAIN.has(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  const mark = typeof level !== "number" || level < WARN ? "" : level < ERROR ? "WARNING " : "ERROR ";
  const when = typeof time === "string" ? `${time} ` : "";
  const what = typeof msg === "string" ? msg : "";
  return printable([`${when}${mark}${what}`.trimEnd(), ...rest].join("  "));
}

/** The same for a program: the line's own JSON, or `{ "damaged": ... }` for a line that is no JSON object. */
export function jsonLine(line: string): string {
  return printableJson(parsed(line) ?? { damaged: foreign(line) });
}

function shown(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value && typeof value.message === "string")
    return value.message;
  return JSON.stringify(value);
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
