/** The connected clients of the feed: panes and observers. Each receives the feed, sends nothing, and is closed if it exceeds a limit. */
import { WebSocket } from "ws";
import { CloseCode } from "../../../shared/src/contract.js";
import type { Feed } from "../feed/feed.js";
import type { RateLimitedLog } from "../log/rate-limited-log.js";
import { sanitize } from "../log/sanitize.js";
import { codeOf } from "../user-error.js";
import type { ClientKind } from "./access-control.js";
import type { Limits } from "./limits.js";
import { rateLimit } from "./rate-limit.js";

export class Panes {
  readonly #feed: Feed;
  readonly #limits: Limits;
  readonly #log: RateLimitedLog;
  readonly #clients = new Map<WebSocket, ClientKind>();

  constructor(feed: Feed, limits: Limits, log: RateLimitedLog) {
    this.#feed = feed;
    this.#limits = limits;
    this.#log = log;
  }

  /** Number of connected panes, without observers. */
  get count(): number {
    return this.#countOf("pane");
  }

  isFull(kind: ClientKind): boolean {
    return this.#countOf(kind) >= (kind === "pane" ? this.#limits.panes : this.#limits.observers);
  }

  /** Adds a client that access control has accepted, and sends it the snapshot. */
  add(client: WebSocket, kind: ClientKind): void {
    this.#clients.set(client, kind);
    const unsubscribe = this.#feed.subscribe((message) => {
      this.#send(client, message);
    });
    const { pings, pingWindowMs } = this.#limits;
    const acceptPing = rateLimit(pings, pingWindowMs);
    const limitPings = (): void => {
      if (!acceptPing()) this.#close(client, CloseCode.policy, "too many pings");
    };
    client.on("ping", limitPings);
    client.on("pong", limitPings);
    client.on("message", () => {
      this.#close(client, CloseCode.policy, "this protocol has no messages from a client");
    });
    // ws itself closes with the right code, such as 1009 for a message that is too long.
    client.on("error", (error) => {
      // Without the stack: it is the client's error, and there may be many.
      this.#log.info({ code: codeOf(error), why: sanitize(error.message) }, "a pane violated the protocol");
      this.#terminateLater(client);
    });
    client.on("close", (code) => {
      unsubscribe();
      this.#clients.delete(client);
      if (kind === "pane") this.#log.info({ code, panes: this.count }, "pane disconnected");
    });
    if (kind === "pane") this.#log.info({ panes: this.count }, "pane connected");
  }

  /** Closes all clients with code 1001. Resolves when all are closed, after `timeoutMs` at the latest. */
  async closeAll(timeoutMs: number): Promise<void> {
    const closed = [...this.#clients.keys()].map(
      (client) =>
        new Promise<void>((resolve) => {
          client.once("close", () => {
            resolve();
          });
          client.close(CloseCode.goingAway, "the bridge is shutting down");
        }),
    );
    const timer = setTimeout(() => {
      for (const client of this.#clients.keys()) client.terminate();
    }, timeoutMs);
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #send(client: WebSocket, message: string): void {
    if (client.readyState !== WebSocket.OPEN) return;
    if (client.bufferedAmount > this.#limits.unsentBytes) {
      this.#close(client, CloseCode.tryAgainLater, "the client does not read");
      return;
    }
    client.send(message);
  }

  #countOf(kind: ClientKind): number {
    let count = 0;
    for (const connected of this.#clients.values()) if (connected === kind) count += 1;
    return count;
  }

  #close(client: WebSocket, code: number, why: string): void {
    if (client.readyState !== WebSocket.OPEN) return;
    this.#log.warn({ code, why }, "a pane was closed");
    client.close(code, why);
    this.#terminateLater(client);
  }

  /** The close frame may wait behind messages that the client does not read, and the client may not respond to it. */
  #terminateLater(client: WebSocket): void {
    const timer = setTimeout(() => {
      client.terminate();
    }, this.#limits.closeMs);
    client.once("close", () => {
      clearTimeout(timer);
    });
  }
}
