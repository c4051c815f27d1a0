import { FEED_PATH, SUBPROTOCOL } from "../../../shared/src/protocol.js";
import { takeEarlySocket } from "./early-socket.js";

/** The part of WebSocket that the feed client needs. */
export interface Socket {
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: { readonly code: number }) => void): void;
  close(): void;
}

/** Both clocks at one moment, in milliseconds: how `wall` moves against `monotonic` tells of sleep and of a clock that was set. */
export interface Clocks {
  readonly monotonic: number;
  readonly wall: number;
}

/** The world around the pane's clocks and connections: everything that a test drives. */
export interface World {
  /** Opens a socket to the feed; may throw. */
  connect(): Socket;
  /**
   * Asks the feed's address without WebSocket, because a failed WebSocket does not say why. Resolves with the HTTP status of
   * the answer, or with null when there is none or `signal` has been aborted. Never rejects.
   */
  probe(signal: AbortSignal): Promise<number | null>;
  /** Milliseconds of a clock that is never set. */
  monotonic(): number;
  /** Unix milliseconds. */
  wall(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Calls `task` once after `ms` milliseconds; the answer takes that back. */
  after(ms: number, task: () => void): () => void;
}

/** The world as a browser has it; the feed is on the origin that the page came from. */
export function browserWorld(): World {
  const url = new URL(FEED_PATH, location.href);
  url.protocol = "wss:";
  return {
    connect: () => takeEarlySocket() ?? new WebSocket(url, SUBPROTOCOL),
    probe: async (signal) => {
      try {
        // With the cookies that the WebSocket has, which may be what is refused.
        return (await fetch(FEED_PATH, { cache: "no-store", signal })).status;
      } catch {
        return null;
      }
    },
    monotonic: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    after: (ms, task) => {
      const id = setTimeout(task, ms);
      return () => {
        clearTimeout(id);
      };
    },
  };
}
