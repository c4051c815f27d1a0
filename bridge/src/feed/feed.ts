/**
 * The feed: the one present picture, numbered changes, subscribers. Knows neither Outlook nor HTTP.
 *
 * `seq` counts the changes that were published. In a burst the first change goes out at once and then one each
 * 50 ms at most; what lies between is dropped BEFORE it is numbered, so that every subscriber sees previous + 1.
 */
import { randomUUID } from "node:crypto";
import { HEARTBEAT_MS, PROTOCOL, type FeedMessage, type Present, type Reason } from "../../../shared/src/protocol.js";
import type { SourceReport } from "../source/offline-state-source.js";
import {
  isSame,
  pictureOf,
  startingPicture,
  systemClocks,
  unknownPicture,
  type Clocks,
  type Picture,
} from "./picture.js";

/** The least time between two published changes, milliseconds. */
export const BURST_MS = 50;

/** Takes one message: its JSON, which was made once for all subscribers. Must not throw and must not wait. */
export type Subscriber = (message: string) => void;

export interface FeedOptions {
  readonly version: string;
  readonly clocks?: Clocks;
  /** Milliseconds; what the protocol says unless a test is in a hurry. */
  readonly heartbeatMs?: number;
  /**
   * Called with each change that is published, after the subscribers. `heldFrom`: Unix milliseconds from which on the last
   * known state is known to have held until `present.lastKnown.at`.
   */
  readonly onChange?: (present: Present, heldFrom: number | undefined) => void;
  /** Called after each heartbeat: whoever has something to do now and then need not wake the process for it. */
  readonly onHeartbeat?: () => void;
}

export class Feed {
  /** Names this life of the feed. */
  readonly epoch = randomUUID();
  readonly #options: FeedOptions;
  readonly #clocks: Clocks;
  readonly #heartbeatMs: number;
  readonly #subscribers = new Set<Subscriber>();
  #published: Picture;
  #newest: Picture;
  #seq = 0;
  #quietUntil = Number.NEGATIVE_INFINITY;
  #burst: NodeJS.Timeout | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#clocks = options.clocks ?? systemClocks;
    this.#heartbeatMs = options.heartbeatMs ?? HEARTBEAT_MS;
    this.#published = startingPicture(this.#clocks);
    this.#newest = this.#published;
  }

  get seq(): number {
    return this.#seq;
  }

  get subscribers(): number {
    return this.#subscribers.size;
  }

  /** What is published now, its age measured now. */
  present(): Present {
    return this.#presentAt(this.#clocks.monotonic());
  }

  /** The source told what it knows. */
  report(report: SourceReport): void {
    this.#take(pictureOf(report, this.#newest, this.#clocks));
  }

  /** The source tells nothing any more. */
  lose(reason: Reason, detail: string): void {
    this.#take(unknownPicture({ status: "unavailable", reason, detail }, this.#newest, this.#clocks));
  }

  /** Sends the snapshot at once, then each change and heartbeat until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void {
    if (this.#closed) return () => undefined;
    this.#subscribers.add(subscriber);
    this.#heartbeat ??= setInterval(() => {
      this.#send({ type: "heartbeat", seq: this.#seq });
      this.#options.onHeartbeat?.();
    }, this.#heartbeatMs);
    subscriber(
      JSON.stringify({
        type: "snapshot",
        protocol: PROTOCOL,
        epoch: this.epoch,
        seq: this.#seq,
        ...this.present(),
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
    clearTimeout(this.#burst);
    this.#burst = undefined;
  }

  #take(picture: Picture): void {
    if (this.#closed) return;
    this.#newest = picture;
    if (this.#burst !== undefined) return;
    const now = this.#clocks.monotonic();
    if (now >= this.#quietUntil) this.#publish(now);
    else
      this.#burst = setTimeout(
        () => {
          this.#publish(this.#clocks.monotonic());
        },
        Math.ceil(this.#quietUntil - now),
      );
  }

  #publish(now: number): void {
    this.#burst = undefined;
    if (isSame(this.#newest, this.#published)) return;
    this.#published = this.#newest;
    this.#quietUntil = now + BURST_MS;
    this.#seq += 1;
    const present = this.#presentAt(now);
    this.#send({ type: "change", seq: this.#seq, ...present });
    this.#options.onChange?.(present, this.#published.heldFrom);
  }

  #presentAt(now: number): Present {
    const { state, since, began, source, lastKnown, reading } = this.#published;
    return { state, since, ageMs: Math.max(0, Math.round(now - began)), source, lastKnown, reading };
  }

  #send(message: FeedMessage): void {
    if (this.#subscribers.size === 0) return;
    const text = JSON.stringify(message);
    for (const subscriber of this.#subscribers) subscriber(text);
  }

  #stopHeartbeat(): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
  }
}
