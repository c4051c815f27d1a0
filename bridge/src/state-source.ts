/** Where the bridge gets Outlook's state from: the native module or, in tests, anything with the same interface. */
import { isDeepStrictEqual } from "node:util";
import * as v from "valibot";
import {
  naturalSchema,
  notifiesEndOf,
  sourceStatusSchema,
  stateSchema,
  type ExchangeConnection,
  type Reading,
  type SourceStatus,
  type Status,
} from "../../shared/src/contract.js";
import type { NativeModule, NativeSubscription } from "../native/index.js";

/** A status while it is kept: it holds when its state began on the monotonic clock, instead of an age. */
export interface TimedStatus extends Omit<Status, "ageMs"> {
  /** When the state began, on the clock of performance.now(). */
  readonly startedAt: number;
  /** For the history: Unix milliseconds since when `lastKnown.state` is known to have held until `lastKnown.at`. */
  readonly heldSince?: number | undefined;
}

/**
 * Outlook's state. The first status comes within a second, then one after each change, confirmation and reading. If several
 * happen at once, only the newest may come: each is complete.
 */
export interface StateSource {
  subscribe(listener: (status: TimedStatus) => void): NativeSubscription;
}

/** What the native module reports. Its other fields are for tests and support. */
export const nativeStatusSchema = v.pipe(
  v.object({
    state: stateSchema,
    /** Unix milliseconds at which the state began; null if it was found rather than seen to begin. */
    since: v.nullable(naturalSchema),
    /** Milliseconds that the state had lasted when it was reported, by a monotonic clock. */
    ageMs: naturalSchema,
    source: sourceStatusSchema,
    /** Unix milliseconds of the last notification or reading that confirmed the state; null while it is unknown. */
    confirmedAt: v.optional(v.nullable(naturalSchema)),
    /** A value that could not be read is absent. */
    reading: v.optional(
      v.object({
        at: naturalSchema,
        /** Outlook's OlExchangeConnectionMode; 0 if the profile has no Exchange account. */
        exchangeConnectionMode: v.optional(naturalSchema),
        outboxItems: v.optional(naturalSchema),
      }),
    ),
  }),
  v.check(({ state, source }) => state === "unknown" || source.status === "listening", "a state without a source"),
);
export type NativeStatus = v.InferOutput<typeof nativeStatusSchema>;

/**
 * The state that the agent of `dataDirectory` reports. Whatever is not a valid status, which only a native module of another version
 * can report, becomes the unknown state: no error of ours may look like a state of Outlook.
 */
export function nativeStateSource(
  native: Pick<NativeModule, "subscribe">,
  options: { readonly dataDirectory: string },
): StateSource {
  return {
    subscribe(listener) {
      let previous: TimedStatus | undefined;
      return native.subscribe(options, (value) => {
        previous = decode(value, previous);
        listener(previous);
      });
    },
  };
}

/** The state became unknown now, unless it was unknown before. */
export function unknownStatus(source: SourceStatus, previous: TimedStatus | undefined): TimedStatus {
  const { since, startedAt } =
    previous?.state === "unknown" ? previous : { since: Date.now(), startedAt: performance.now() };
  return { state: "unknown", since, startedAt, source };
}

/**
 * This is the one place in the bridge that decides whether a state is current: it is only if the source listens and Outlook
 * notifies the end of that state.
 */
function decode(value: unknown, previous: TimedStatus | undefined): TimedStatus {
  const checked = v.safeParse(nativeStatusSchema, value);
  if (!checked.success) {
    const detail = `The native module is of another version than this bridge: ${v.summarize(checked.issues)}`;
    return unknownStatus({ status: "unavailable", reason: "agent-incompatible", detail }, previous);
  }
  const native = checked.output;
  const { state, since, source } = native;
  const startedAt = performance.now() - native.ageMs;
  if (source.status !== "listening") return { state, since, startedAt, source };
  const reading = readingOf(native.reading, previous);
  if (state === "unknown" || notifiesEndOf(state, source.notifies)) return { state, since, startedAt, source, reading };

  const now = Date.now();
  const earlier =
    previous?.lastKnown?.state === state && isDeepStrictEqual(previous.source, source) ? previous : undefined;
  const at = sameTime(Math.min(native.confirmedAt ?? since ?? now - native.ageMs, now), earlier?.lastKnown?.at);
  // If the state had ended and returned, its return would have been notified, unless Outlook does not notify that either.
  const known = earlier?.lastKnown?.at ?? since ?? at;
  return {
    state: "unknown",
    since: at,
    startedAt: earlier?.lastKnown?.at === at ? earlier.startedAt : performance.now() - (now - at),
    source,
    lastKnown: { state, at },
    reading,
    heldSince: source.notifies[state] ? Math.min(Math.max(known, since ?? known), at) : at,
  };
}

/** OlExchangeConnectionMode: 0 is a profile without Exchange, and a value that is not listed may mean anything. */
const CONNECTIONS: Readonly<Record<number, ExchangeConnection>> = {
  100: "working-offline",
  200: "working-offline",
  300: "disconnected",
  400: "disconnected",
  500: "connected",
  600: "connected",
  700: "connected",
  800: "connected",
};

/** Undefined if nothing was read that can be reported. */
function readingOf(reading: NativeStatus["reading"], previous: TimedStatus | undefined): Reading | undefined {
  if (reading === undefined) return undefined;
  const { exchangeConnectionMode: mode, outboxItems } = reading;
  const connection = mode === undefined ? undefined : CONNECTIONS[mode];
  if (connection === undefined && outboxItems === undefined) return undefined;
  return { at: sameTime(reading.at, previous?.reading?.at), connection, outboxItems };
}

/** The agent sends ages, so the same time is rounded again in each report. Milliseconds. */
const ROUNDING_MS = 10;

/** `previous` if `at` differs from it by rounding only, else `at`. */
function sameTime(at: number, previous: number | undefined): number {
  return previous !== undefined && Math.abs(at - previous) <= ROUNDING_MS ? previous : at;
}
