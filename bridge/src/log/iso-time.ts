/**
 * `unix` (milliseconds) as ISO 8601 in UTC, for the years 0 to 9999: 2026-01-31T09:05:00.007Z. Not by `toISOString`: V8 looks up
 * the local time zone and its names for that, which are then kept in memory for nothing.
 */
export function isoTime(unix: number): string {
  const at = new Date(unix);
  const day = `${digits(at.getUTCFullYear(), 4)}-${digits(at.getUTCMonth() + 1)}-${digits(at.getUTCDate())}`;
  const time = `${digits(at.getUTCHours())}:${digits(at.getUTCMinutes())}:${digits(at.getUTCSeconds())}`;
  return `${day}T${time}.${digits(at.getUTCMilliseconds(), 3)}Z`;
}

function digits(value: number, count = 2): string {
  return String(value).padStart(count, "0");
}
