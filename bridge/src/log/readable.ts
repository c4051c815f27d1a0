/** A line of the log for a person: the time, the level when it matters, what happened, and what goes with it. */
import { foreign } from "./foreign.js";

/** pino's numbers. */
const WARN = 40;
const ERROR = 50;
/** Those are told in another way, or tell a person nothing. */
const PLAIN = new Set(["level", "time", "pid", "msg"]);

/** A line that is no JSON object is shown as it is, made harmless for a terminal. */
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
  return [`${when}${mark}${what}`.trimEnd(), ...rest].join("  ");
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
