/**
 * The feed: the newest status, numbered changes, subscribers. It knows neither Outlook nor HTTP.
 *
 * `seq` counts the published changes. In a burst the first change is published at once, and then at most one each BURST_MS. What is dropped in
 * between is dropped BEFORE it is numbered, so every subscriber receives the previous number plus 1.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { HEARTBEAT_MS, PROTOCOL, type FeedMessage, type Reason, type Status } from "../../../shared/src/contract.js";
import { unknownStatus, type TimedStatus } from "../state-source.js";

/** The least time between two published changes, milliseconds. */
export const BURST_MS = 50;

/** Receives one message: its JSON, which was made once for all subscribers. Must neither throw nor block. */
export type Subscriber = (message: string) => void;

export interface FeedOptions {
  readonly version: string;
  /** Milliseconds; other values are for tests. */
  readonly heartbeatMs?: number;
  /** Called with each published change, after the subscribers. `heldSince`: see TimedStatus. */
  readonly onChange?: (status: Status, heldSince: number | undefined) => void;
  /** Called after each heartbeat: work that is due anyway needs no timer of its own then. */
  readonly onHeartbeat?: () => void;
}

export class Feed {
  /** Identifies this run of the feed. */
  readonly epoch = randomUUID();
  readonly #options: FeedOptions;
  readonly #heartbeatMs: number;
  readonly #subscribers = new Set<Subscriber>();
  /** What the subscribers have. */
  #published: TimedStatus;
  /** What they get as soon as the burst limit allows it. */
  #newest: TimedStatus;
  #seq = 0;
  #nextPublishAt = Number.NEGATIVE_INFINITY;
  #burstTimer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#published = { state: "unknown", since: null, startedAt: performance.now(), source: { status: "starting" } };
    this.#newest = this.#published;
  }

  get seq(): number {
    return this.#seq;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** The published status, with its age now. */
  status(): Status {
    const { state, since, startedAt, source, lastKnown, reading } = this.#published;
    const ageMs = Math.max(0, Math.round(performance.now() - startedAt));
    return { state, since, ageMs, source, lastKnown, reading };
  }

  /** Publishes `status` if it differs from the published one: now or, in a burst, a little later unless a newer one comes. */
  publish(status: TimedStatus): void {
    if (this.#closed) return;
    this.#newest = status;
    if (this.#burstTimer !== undefined) return;
    const waitMs = this.#nextPublishAt - performance.now();
    if (waitMs <= 0) {
      this.#publishNewest();
      return;
    }
    this.#burstTimer = setTimeout(() => {
      this.#burstTimer = undefined;
      this.#publishNewest();
    }, Math.ceil(waitMs));
  }

  /** The source has failed: the state is unknown from now on. */
  setUnavailable(reason: Reason, detail: string): void {
    this.publish(unknownStatus({ status: "unavailable", reason, detail }, this.#newest));
  }

  /** Sends the snapshot at once, then each change and heartbeat until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void {
    if (this.#closed) return () => undefined;
    this.#subscribers.add(subscriber);
    this.#heartbeatTimer ??= setInterval(() => {
      this.#send({ type: "heartbeat", seq: this.#seq });
      this.#options.onHeartbeat?.();
    }, this.#heartbeatMs);
    subscriber(
      JSON.stringify({
        type: "snapshot",
        protocol: PROTOCOL,
        epoch: this.epoch,
        seq: this.#seq,
        ...this.status(),
        heartbeatMs: this.#heartbeatMs,
        bridge: { version: this.#options.version },
      } satisfies FeedMessage),
    );
    return () => {
      this.#subscribers.delete(subscriber);
      if (this.#subscribers.size === 0) this.#stopHeartbeat();
    };
  }

  /** Ends all timers; nothing is sent after it. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#subscribers.clear();
    this.#stopHeartbeat();
    clearTimeout(this.#burstTimer);
    this.#burstTimer = undefined;
  }

  #publishNewest(): void {
    if (isSame(this.#newest, this.#published)) return;
    this.#published = this.#newest;
    this.#nextPublishAt = performance.now() + BURST_MS;
    this.#seq += 1;
    const status = this.status();
    this.#send({ type: "change", seq: this.#seq, ...status });
    this.#options.onChange?.(status, this.#published.heldSince);
  }

  #send(message: FeedMessage): void {
    if (this.#subscribers.size === 0) return;
    const text = JSON.stringify(message);
    for (const subscriber of this.#subscribers) subscriber(text);
  }

  #stopHeartbeat(): void {
    clearInterval(this.#heartbeatTimer);
    this.#heartbeatTimer = undefined;
  }
}

/** Whether a subscriber would see no difference; the age alone is none. */
function isSame(a: TimedStatus, b: TimedStatus): boolean {
  return (
    a.state === b.state &&
    a.since === b.since &&
    isDeepStrictEqual(a.source, b.source) &&
    isDeepStrictEqual(a.lastKnown, b.lastKnown) &&
    isDeepStrictEqual(a.reading, b.reading)
  );
}
