/**
 * The requests of one connection, begun one after the other. Node hands each over as soon as it is parsed, and one connection
 * can bring thousands at once: all that they are answered would lie in memory together.
 */
import type { EventEmitter } from "node:events";
import type { Socket } from "node:net";

interface Line {
  /** Resolves when the last of those that have come so far is answered. */
  last: Promise<void>;
  waiting: number;
}

export class Turns {
  readonly #most: number;
  readonly #lines = new WeakMap<Socket, Line>();

  /** `most`: how many of one connection may be there at once, those that wait and the one that is being answered. */
  constructor(most: number) {
    this.#most = most;
  }

  /**
   * Resolves when everything that `socket` has asked before is answered; the turn lasts until `answer` says "close".
   * Undefined when too many are there already. Never rejects; stays pending when the connection ends before.
   */
  take(socket: Socket, answer: EventEmitter): Promise<void> | undefined {
    const line = this.#lines.get(socket) ?? { last: Promise.resolve(), waiting: 0 };
    if (line.waiting >= this.#most) return undefined;
    this.#lines.set(socket, line);
    const turn = line.last;
    line.waiting += 1;
    line.last = new Promise((resolve) => {
      answer.once("close", () => {
        line.waiting -= 1;
        resolve();
      });
    });
    return turn;
  }
}
