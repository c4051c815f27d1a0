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

/** Durations, distances and clock times in one locale. All formatters are made once. */
export class Times {
  readonly #units: Readonly<Record<Width, ReadonlyMap<Unit, Intl.NumberFormat>>>;
  readonly #list: Intl.ListFormat;
  readonly #ago: Intl.RelativeTimeFormat;
  readonly #clock: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #date: Intl.DateTimeFormat;

  constructor(locale: string) {
    this.#units = { long: units(locale, "long"), short: units(locale, "short") };
    this.#list = new Intl.ListFormat(locale, { type: "unit", style: "short" });
    this.#ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
    this.#clock = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
    this.#weekday = new Intl.DateTimeFormat(locale, { weekday: "short", hour: "numeric", minute: "2-digit" });
    this.#date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
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
    return { text: this.#list.format(parts), staysMs: step - (whole % step) };
  }

  /** How long ago that was ("5 minutes ago"). */
  ago(ms: number): Passing {
    const whole = Math.max(0, Math.floor(ms));
    const [unit, size] = UNITS.find(([, unitMs]) => whole >= unitMs) ?? (["second", SECOND] as const);
    return { text: this.#ago.format(-Math.floor(whole / size), unit), staysMs: size - (whole % size) };
  }

  /** The clock time of a moment, with the weekday within the last week and the date before it. Unix milliseconds. */
  moment(at: number, now: number): string {
    if (new Date(at).toDateString() === new Date(now).toDateString()) return this.#clock.format(at);
    return now - at < 6 * DAY ? this.#weekday.format(at) : this.#date.format(at);
  }

  /** Both ends of a stretch of time; the day is not said twice. */
  ends(from: number, to: number, now: number): readonly [from: string, to: string] {
    const sameDay = new Date(from).toDateString() === new Date(to).toDateString();
    return [this.moment(from, now), sameDay ? this.#clock.format(to) : this.moment(to, now)];
  }

  #amount(unit: Unit, amount: number, width: Width): string {
    return this.#units[width].get(unit)?.format(amount) ?? String(amount);
  }
}

function units(locale: string, unitDisplay: Width): ReadonlyMap<Unit, Intl.NumberFormat> {
  return new Map(UNITS.map(([unit]) => [unit, new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay })]));
}
