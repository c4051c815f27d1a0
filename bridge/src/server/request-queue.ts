/**
 * Serves the requests of a connection one after the other. Node emits each request as soon as it is parsed, and a connection can pipeline
 * thousands: all their responses would be in memory at once.
 */
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

interface Queue {
  /** Resolves when the response to the last request is complete. */
  last: Promise<void>;
  length: number;
}

export class RequestQueue {
  readonly #maxLength: number;
  readonly #queues = new WeakMap<Socket, Queue>();

  /** `maxLength`: requests of one connection at once, including the one that is being served. */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /**
   * Resolves when all earlier requests of `socket` have been served; this one has been when `response` emits "close". Returns undefined if
   * the queue is full. Never rejects; stays pending if the connection ends first.
   */
  add(socket: Socket, response: EventEmitter): Promise<void> | undefined {
    const queue = this.#queues.get(socket) ?? { last: Promise.resolve(), length: 0 };
    if (queue.length >= this.#maxLength) return undefined;
    this.#queues.set(socket, queue);
    const previous = queue.last;
    queue.length += 1;
    queue.last = new Promise((resolve) => {
      response.once("close", () => {
        queue.length -= 1;
        resolve();
      });
    });
    return previous;
  }
}
