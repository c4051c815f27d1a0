const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Unit = "second" | "minute" | "hour" | "day";
const UNITS: readonly (readonly [Unit, number])[] = [
  ["day", DAY],
  ["hour", HOUR],
  ["minute", MINUTE],
  ["second", SECOND],
];

/** Whether units are written out ("minutes") or abbreviated ("min"). */
type UnitDisplay = "long" | "short";

/** A text that depends on the current time, and for how many milliseconds it stays correct. */
export interface ExpiringText {
  readonly text: string;
  readonly validForMs: number;
}

/** The system's time zone. It can change while the pane is open. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Formats durations and times for one locale and the system's time zone. Intl objects are created on first use and keep the
 * time zone of that moment, so a new formatter is needed when the system's time zone changes.
 */
export class TimeFormatter {
  readonly locale: string;
  readonly timeZone = systemTimeZone();
  readonly #unit: (unit: Unit, unitDisplay: UnitDisplay) => Intl.NumberFormat;
  readonly #list: () => Intl.ListFormat;
  readonly #relative: () => Intl.RelativeTimeFormat;
  readonly #clock: () => Intl.DateTimeFormat;
  readonly #weekday: () => Intl.DateTimeFormat;
  readonly #date: () => Intl.DateTimeFormat;

  constructor(locale: string) {
    this.locale = locale;
    this.#unit = memoize((unit, unitDisplay) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay }));
    this.#list = memoize(() => new Intl.ListFormat(locale, { type: "unit", style: "short" }));
    this.#relative = memoize(() => new Intl.RelativeTimeFormat(locale, { numeric: "always" }));
    const dateTime = (options: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) =>
      memoize(() => new Intl.DateTimeFormat(locale, options));
    this.#clock = dateTime({ timeStyle: "short" });
    this.#weekday = dateTime({ weekday: "short", hour: "numeric", minute: "2-digit" });
    this.#date = dateTime({ dateStyle: "medium", timeStyle: "short" });
  }

  /** A duration in its largest unit and the next smaller one ("2 hours, 5 minutes"); seconds only below a minute. */
  duration(ms: number, unitDisplay: UnitDisplay = "long"): ExpiringText {
    const whole = Math.max(0, Math.floor(ms));
    const [unit, size] = largestUnit(whole);
    const smaller = unit === "day" ? (["hour", HOUR] as const) : unit === "hour" ? (["minute", MINUTE] as const) : null;
    const parts = [this.#unit(unit, unitDisplay).format(Math.floor(whole / size))];
    const rest = smaller === null ? 0 : Math.floor((whole % size) / smaller[1]);
    if (smaller !== null && rest > 0) parts.push(this.#unit(smaller[0], unitDisplay).format(rest));
    const step = smaller?.[1] ?? size;
    return { text: this.#list().format(parts), validForMs: step - (whole % step) };
  }

  /** A time in the past, relative to now ("5 minutes ago"); never less than a second. */
  ago(ms: number): ExpiringText {
    const passed = Math.max(0, Math.floor(ms));
    const whole = Math.max(SECOND, passed);
    const [unit, size] = largestUnit(whole);
    const validForMs = whole - passed + size - (whole % size);
    return { text: this.#relative().format(-Math.floor(whole / size), unit), validForMs };
  }

  /** A clock time, with the weekday if it is within the last week, and the date before that. Arguments in Unix milliseconds. */
  time(at: number, now: number): string {
    if (isSameDay(at, now)) return this.#clock().format(at);
    return now - at < 6 * DAY ? this.#weekday().format(at) : this.#date().format(at);
  }

  /** Start and end of a period; the day is not repeated. */
  range(from: number, to: number, now: number): readonly [from: string, to: string] {
    return [this.time(from, now), isSameDay(from, to) ? this.#clock().format(to) : this.time(to, now)];
  }
}

/** Whether two times (Unix milliseconds) are on the same day in the system's time zone. */
export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

function largestUnit(ms: number): readonly [Unit, number] {
  return UNITS.find(([, size]) => ms >= size) ?? ["second", SECOND];
}

function memoize<Args extends readonly string[], T>(create: (...args: Args) => T): (...args: Args) => T {
  const cache = new Map<string, T>();
  return (...args) => {
    const key = args.join();
    const value = cache.get(key) ?? create(...args);
    cache.set(key, value);
    return value;
  };
}
