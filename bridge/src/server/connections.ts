/**
 * Limits the TCP connections, counted from when they are accepted: Node counts neither those in their TLS handshake nor those that were
 * upgraded. Connections of other users have a limit of their own, so they take neither connections nor processor time from this
 * user's panes.
 */
import type { Socket } from "node:net";
import type { RateLimitedLog } from "../log/rate-limited-log.js";
import type { Limits } from "./limits.js";
import type { PeerVerdict } from "./peer-check.js";
import { rateLimit } from "./rate-limit.js";

export class Connections {
  readonly #limits: Limits;
  readonly #log: RateLimitedLog;
  readonly #open = new Set<Socket>();
  readonly #acceptOtherUser: () => boolean;
  /** Connections of this user, or of a user that is not known yet. */
  #own = 0;

  constructor(limits: Limits, log: RateLimitedLog) {
    this.#limits = limits;
    this.#log = log;
    this.#acceptOtherUser = rateLimit(limits.otherUsers, limits.otherUsersWindowMs);
  }

  get count(): number {
    return this.#open.size;
  }

  /** Adds a connection that was just accepted, and closes it if there are too many of its kind. */
  add(socket: Socket, verdict: Promise<PeerVerdict>): void {
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
    void verdict.then(({ trusted }) => {
      if (trusted || socket.destroyed) return;
      own = false;
      this.#own -= 1;
      // Within the limit, another user receives 403; beyond it, not even a TLS handshake.
      if (!this.#acceptOtherUser()) socket.destroy();
    });
  }

  closeAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
