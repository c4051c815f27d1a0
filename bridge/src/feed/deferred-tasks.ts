/**
 * Runs the work that a change causes and that nobody waits for, such as its log line, a little later. The scheduler often runs the reader
 * of a message on the core of its writer, so without the delay the pane waits until this process is idle.
 */

/** A little more than a frame of the screen, milliseconds. */
export const DEFER_MS = 20;

export class DeferredTasks {
  #tasks: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Runs `task` within DEFER_MS, after all that were added before. It must not throw. */
  add(task: () => void): void {
    this.#tasks.push(task);
    this.#timer ??= setTimeout(() => {
      this.flush();
    }, DEFER_MS);
  }

  /** Runs all tasks now. Idempotent. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const task of this.#tasks.splice(0)) task();
  }
}
