import type { Clock } from "../feed/clock.js";
import { setText } from "./dom.js";

/** A change is announced when it has lasted this long, so that a state that goes back and forth is not. */
const SETTLE_MS = 500;

/** Announces settled changes to screen readers, politely and once. */
export class Announcer {
  readonly #region: Element;
  readonly #clock: Clock;
  #announced = "";
  #next = "";
  #cancelTimer: () => void = () => undefined;

  /** @param region the element with role="status" */
  constructor(region: Element, clock: Clock) {
    this.#region = region;
    this.#clock = clock;
  }

  /** @param text null keeps the previous announcement */
  announce(text: string | null, visible: boolean): void {
    if (text !== null) this.#next = text;
    this.#cancelTimer();
    if (!visible || text === null || this.#next === this.#announced) return;
    this.#cancelTimer = this.#clock.after(SETTLE_MS, () => {
      this.#announced = this.#next;
      setText(this.#region, this.#next);
    });
  }
}
