/**
 * Ends connections that are slow with a request. Node has such a check of its own, which looks at all connections each
 * second for as long as the server listens (`connectionsCheckingInterval`); here a timer lives only while there is
 * somebody to wait for, so that a bridge whose panes are all connected sleeps.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Limits } from "./limits.js";

/** As Node answers one that is late. */
const LATE = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n";

interface Wait {
  timer: NodeJS.Timeout | undefined;
  /** The request that came last, until it is answered. */
  request: IncomingMessage | undefined;
}

export class Deadlines {
  readonly #limits: Pick<Limits, "headersMs" | "requestMs" | "keepAliveMs">;
  readonly #waits = new WeakMap<Duplex, Wait>();

  constructor(limits: Pick<Limits, "headersMs" | "requestMs" | "keepAliveMs">) {
    this.#limits = limits;
  }

  /** A connection can be spoken on: the headers of its first request must come within `headersMs`. */
  watch(socket: Duplex): void {
    this.#waits.set(socket, { timer: undefined, request: undefined });
    this.#within(socket, this.#limits.headersMs);
    socket.once("close", () => {
      this.forget(socket);
    });
  }

  /** Its headers have come: the whole of it must within `requestMs`, and the next one's within the patience for both. */
  requested(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const wait = this.#waits.get(socket);
    if (wait === undefined) return;
    wait.request = request;
    this.#within(socket, this.#limits.requestMs);
    response.once("close", () => {
      if (wait.request !== request) return;
      wait.request = undefined;
      this.#within(socket, this.#limits.keepAliveMs + this.#limits.headersMs);
    });
  }

  /** It speaks HTTP no more, or has ended. */
  forget(socket: Duplex): void {
    clearTimeout(this.#waits.get(socket)?.timer);
    this.#waits.delete(socket);
  }

  #within(socket: Duplex, ms: number): void {
    const wait = this.#waits.get(socket);
    if (wait === undefined) return;
    clearTimeout(wait.timer);
    wait.timer = setTimeout(() => {
      // A whole request waits for us, or for a reader, which has a limit of its own.
      if (wait.request?.complete === true) return;
      if (wait.request === undefined && socket.writable) socket.write(LATE);
      socket.destroy();
    }, ms);
  }
}
