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

/** Whether units are written out ("minutes") or short ("min"). */
type Width = "long" | "short";

/** A text about a time that passes, and for how many milliseconds it stays right. */
export interface Passing {
  readonly text: string;
  readonly staysMs: number;
}

/** The system's time zone as it is now: it changes while the pane is open when the person travels. */
export function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/**
 * Durations, distances and clock times in one locale. Each formatter is made once, when it is first needed, and keeps the time
 * zone that the system has then: when `timeZone` is not the system's any more, another object has to be made.
 */
export class Times {
  readonly timeZone: string;
  readonly #unit: (unit: Unit, width: Width) => Intl.NumberFormat;
  readonly #list: () => Intl.ListFormat;
  readonly #ago: () => Intl.RelativeTimeFormat;
  readonly #clock: () => Intl.DateTimeFormat;
  readonly #weekday: () => Intl.DateTimeFormat;
  readonly #date: () => Intl.DateTimeFormat;

  /** @param timeZone the system's time zone */
  constructor(locale: string, timeZone = systemTimeZone()) {
    this.timeZone = timeZone;
    this.#unit = kept((unit, unitDisplay) => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay }));
    this.#list = kept(() => new Intl.ListFormat(locale, { type: "unit", style: "short" }));
    this.#ago = kept(() => new Intl.RelativeTimeFormat(locale, { numeric: "always" }));
    const clock = (format: Intl.DateTimeFormatOptions): (() => Intl.DateTimeFormat) =>
      kept(() => new Intl.DateTimeFormat(locale, format));
    this.#clock = clock({ timeStyle: "short" });
    this.#weekday = clock({ weekday: "short", hour: "numeric", minute: "2-digit" });
    this.#date = clock({ dateStyle: "medium", timeStyle: "short" });
  }

  /** A duration in its largest unit and the next smaller one ("2 hours, 5 minutes"); seconds only below a minute. */
  duration(ms: number, width: Width = "long"): Passing {
    const whole = Math.max(0, Math.floor(ms));
    const [unit, size] = UNITS.find(([, unitMs]) => whole >= unitMs) ?? (["second", SECOND] as const);
    const smaller = unit === "day" ? (["hour", HOUR] as const) : unit === "hour" ? (["minute", MINUTE] as const) : null;
    const parts = [this.#amount(unit, Math.floor(whole / size), width)];
    const rest = smaller === null ? 0 : Math.floor((whole % size) / smaller[1]);
    if (smaller !== null && rest > 0) parts.push(this.#amount(smaller[0], rest, width));
    const step = smaller?.[1] ?? size;
    return { text: this.#list().format(parts), staysMs: step - (whole % step) };
  }

  /** How long ago that was ("5 minutes ago"), a second at least: what is past is not told as now. */
  ago(ms: number): Passing {
    const passed = Math.max(0, Math.floor(ms));
    const whole = Math.max(SECOND, passed);
    const [unit, size] = UNITS.find(([, unitMs]) => whole >= unitMs) ?? (["second", SECOND] as const);
    const staysMs = whole - passed + size - (whole % size);
    return { text: this.#ago().format(-Math.floor(whole / size), unit), staysMs };
  }

  /** The clock time of a moment, with the weekday within the last week and the date before it. Unix milliseconds. */
  moment(at: number, now: number): string {
    if (isSameDay(at, now)) return this.#clock().format(at);
    return now - at < 6 * DAY ? this.#weekday().format(at) : this.#date().format(at);
  }

  /** Both ends of a stretch of time; the day is not said twice. */
  ends(from: number, to: number, now: number): readonly [from: string, to: string] {
    return [this.moment(from, now), isSameDay(from, to) ? this.#clock().format(to) : this.moment(to, now)];
  }

  #amount(unit: Unit, amount: number, width: Width): string {
    return this.#unit(unit, width).format(amount);
  }
}

/** Whether two moments (Unix milliseconds) are on the same day of this time zone. */
export function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** The same as `make`, which is called once for the same arguments. */
function kept<Args extends readonly string[], T>(make: (...args: Args) => T): (...args: Args) => T {
  const made = new Map<string, T>();
  return (...args) => {
    const key = args.join();
    const found = made.get(key) ?? make(...args);
    made.set(key, found);
    return found;
  };
}
