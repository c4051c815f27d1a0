/**
 * The TCP connections of the server, counted from the moment they are accepted: Node counts neither those in their TLS
 * handshake nor those that were upgraded. Connections of other users of the machine have a budget of their own, so that
 * they can take neither places nor processor time from this user's panes.
 */
import type { Socket } from "node:net";
import type { PeerVerdict } from "../gate/peer.js";
import type { LimitedLog } from "../log/limited-log.js";
import type { Limits } from "./limits.js";
import { rate } from "./rate.js";

export class Connections {
  readonly #limits: Limits;
  readonly #log: LimitedLog;
  readonly #open = new Set<Socket>();
  readonly #strangerMayTry: () => boolean;
  /** Of this user, or not known yet. */
  #own = 0;

  constructor(limits: Limits, log: LimitedLog) {
    this.#limits = limits;
    this.#log = log;
    this.#strangerMayTry = rate(limits.strangers, limits.strangersWindowMs);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Takes a connection that was just accepted, and ends it when there are too many of its kind. */
  take(socket: Socket, verdict: Promise<PeerVerdict>): void {
    let own = true;
    this.#own += 1;
    this.#open.add(socket);
    socket.once("close", () => {
      this.#open.delete(socket);
      if (own) this.#own -= 1;
    });
    if (this.#own > this.#limits.connections) {
      this.#log.warn({ connections: this.#own }, "too many connections");
      socket.destroy();
      return;
    }
    void verdict.then((found) => {
      if (found.trusted || socket.destroyed) return;
      own = false;
      this.#own -= 1;
      // Until the budget is spent a stranger is told 403; after that it is not worth a handshake.
      if (!this.#strangerMayTry()) socket.destroy();
    });
  }

  endAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
