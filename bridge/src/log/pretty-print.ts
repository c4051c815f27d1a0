/** Formats lines of the log for people and for programs. */
import { printable, printableJson, sanitize } from "./sanitize.js";

/** pino's level numbers. */
const WARN = 40;
const ERROR = 50;
/** Fields that are shown in another way or not at all. */
const HIDDEN_FIELDS = new Set(["level", "time", "pid", "msg"]);

/**
 * `<time> [WARNING|ERROR] <message>  <field>=<value>...`, safe for a terminal. A line that is not a JSON object (a damaged log) is
 * shown as it is, cut to 200 characters.
 */
export function prettyPrint(line: string): string {
  const entry = parse(line);
  if (entry === undefined) return sanitize(line);
  const { time, level, msg } = entry;
  const fields = Object.entries(entry)
    .filter(([name]) => !HIDDEN_FIELDS.has(name))
    .map(([name, value]) => `${name}=${format(value)}`);
  const severity = typeof level !== "number" || level < WARN ? "" : level < ERROR ? "WARNING " : "ERROR ";
  const when = typeof time === "string" ? `${time} ` : "";
  const message = typeof msg === "string" ? msg : "";
  return printable([`${when}${severity}${message}`.trimEnd(), ...fields].join("  "));
}

/** The line's own JSON, safe for a terminal; `{ "damaged": ... }` for a line that is not a JSON object. */
export function toJsonLine(line: string): string {
  return printableJson(parse(line) ?? { damaged: sanitize(line) });
}

function format(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "object" && value !== null && "message" in value && typeof value.message === "string")
    return value.message;
  return JSON.stringify(value);
}

function parse(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
