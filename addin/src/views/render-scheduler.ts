import type { Clock } from "../feed/clock.js";

/** A visible page may get no frame, for example if another window covers it. It is rendered without one after this time. */
const MAX_DELAY_MS = 250;

/** Renders with the next frame, once for any number of requests. A hidden page gets no frames and is rendered at once. */
export class RenderScheduler {
  readonly #clock: Clock;
  readonly #render: () => void;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, render: () => void) {
    this.#clock = clock;
    this.#render = render;
  }

  request(): void {
    if (document.hidden) {
      this.renderNow();
      return;
    }
    if (this.#cancel !== null) return;
    const renderNow = (): void => {
      this.renderNow();
    };
    const frame = requestAnimationFrame(renderNow);
    const cancelTimer = this.#clock.after(MAX_DELAY_MS, renderNow);
    this.#cancel = () => {
      cancelAnimationFrame(frame);
      cancelTimer();
    };
  }

  renderNow(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#render();
  }
}
