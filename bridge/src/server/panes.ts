/** The panes that are connected: each gets the feed, says nothing, and is ended when it breaks a limit. */
import type { Duplex } from "node:stream";
import { WebSocket } from "ws";
import { CloseCode } from "../../../shared/src/protocol.js";
import type { ClientKind } from "../gate/client-kind.js";
import type { Feed } from "../feed/feed.js";
import { codeOf } from "../failure.js";
import { foreign } from "../log/foreign.js";
import type { LimitedLog } from "../log/limited-log.js";
import type { Limits } from "./limits.js";
import { rate } from "./rate.js";
import { textFrame } from "./text-frame.js";

export class Panes {
  readonly #feed: Feed;
  readonly #limits: Limits;
  readonly #log: LimitedLog;
  readonly #open = new Map<WebSocket, ClientKind>();
  /** The newest message and its frame, which is made once for all panes. */
  #framed: { readonly message: string; readonly frame: Buffer } | undefined;

  constructor(feed: Feed, limits: Limits, log: LimitedLog) {
    this.#feed = feed;
    this.#limits = limits;
    this.#log = log;
  }

  /** Open panes; observers are none. */
  get count(): number {
    return this.#countOf("pane");
  }

  isFull(kind: ClientKind): boolean {
    return this.#countOf(kind) >= (kind === "pane" ? this.#limits.panes : this.#limits.observers);
  }

  /** Takes over a connection that the gate has let in, and sends the snapshot. `socket` is the one below the pane. */
  welcome(pane: WebSocket, socket: Duplex, kind: ClientKind = "pane"): void {
    this.#open.set(pane, kind);
    const unsubscribe = this.#feed.subscribe((message) => {
      this.#send(pane, socket, message);
    });
    const { pings, pingWindowMs } = this.#limits;
    const mayPing = rate(pings, pingWindowMs);
    const limitPings = (): void => {
      if (!mayPing()) this.#end(pane, CloseCode.policy, "too many pings");
    };
    pane.on("ping", limitPings);
    pane.on("pong", limitPings);
    pane.on("message", () => {
      this.#end(pane, CloseCode.policy, "this protocol has no messages from a pane");
    });
    // ws closes with the right code by itself (1009 for a message that is too big, say).
    pane.on("error", (error) => {
      // No stack: it is the client's fault, and there may be many.
      this.#log.info({ code: codeOf(error), why: foreign(error.message) }, "a pane broke the protocol");
      this.#terminateLater(pane);
    });
    pane.on("close", (code) => {
      unsubscribe();
      this.#open.delete(pane);
      if (kind === "pane") this.#log.info({ code, panes: this.count }, "a pane has gone");
    });
    if (kind === "pane") this.#log.info({ panes: this.count }, "a pane has come");
  }

  /** Tells every pane that the bridge stops. Resolves when all have gone, after `withinMs` at the latest. */
  async goodbye(withinMs: number): Promise<void> {
    const gone = [...this.#open.keys()].map(
      (pane) =>
        new Promise<void>((resolve) => {
          pane.once("close", () => {
            resolve();
          });
          pane.close(CloseCode.goingAway, "the bridge stops");
        }),
    );
    const limit = setTimeout(() => {
      for (const pane of this.#open.keys()) pane.terminate();
    }, withinMs);
    await Promise.all(gone);
    clearTimeout(limit);
  }

  /**
   * Writes the whole frame past ws, which would make it anew for each pane and write it in two pieces. ws holds nothing
   * back that this could overtake: it does so only while it compresses or reads a Blob, and here it does neither. What
   * it writes itself are whole frames too, and `bufferedAmount` counts what lies in the socket, whoever has written it.
   */
  #send(pane: WebSocket, socket: Duplex, message: string): void {
    if (pane.readyState !== WebSocket.OPEN) return;
    if (pane.bufferedAmount > this.#limits.unsentBytes) {
      this.#end(pane, CloseCode.tryAgainLater, "the pane does not read");
      return;
    }
    socket.write(this.#frameOf(message));
  }

  #countOf(kind: ClientKind): number {
    let count = 0;
    for (const open of this.#open.values()) if (open === kind) count += 1;
    return count;
  }

  #frameOf(message: string): Buffer {
    if (this.#framed?.message !== message) this.#framed = { message, frame: textFrame(message) };
    return this.#framed.frame;
  }

  #end(pane: WebSocket, code: number, why: string): void {
    if (pane.readyState !== WebSocket.OPEN) return;
    this.#log.warn({ code, why }, "a pane is turned away");
    pane.close(code, why);
    this.#terminateLater(pane);
  }

  /** The close frame may wait behind what the pane does not read, and an attacker need not answer it. */
  #terminateLater(pane: WebSocket): void {
    const timer = setTimeout(() => {
      pane.terminate();
    }, this.#limits.closeMs);
    pane.once("close", () => {
      clearTimeout(timer);
    });
  }
}
