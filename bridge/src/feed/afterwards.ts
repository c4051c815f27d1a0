/**
 * Work that a change brings and nobody waits for. The system often wakes the reader of a message on the core of its
 * writer, where it waits until the writer rests; so the bridge rests first, and works when the pane has been drawn.
 */

/** A frame of the screen and a little more, milliseconds. */
export const AFTERWARDS_MS = 20;

export class Afterwards {
  #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Runs `work` after AFTERWARDS_MS, in the order in which it was given. It must not throw. */
  run(work: () => void): void {
    this.#waiting.push(work);
    this.#timer ??= setTimeout(() => {
      this.finish();
    }, AFTERWARDS_MS);
  }

  /** Runs at once what still waits: the process is about to end. Idempotent. */
  finish(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const work of this.#waiting.splice(0)) work();
  }
}
