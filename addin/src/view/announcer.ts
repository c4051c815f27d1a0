import type { World } from "../feed/world.js";
import { setText } from "./dom.js";

/** A change is announced when it has held this long: flapping is not read out. */
const SETTLED_MS = 500;

/** Announces to screen readers, politely and once, what has settled. */
export class Announcer {
  readonly #region: Element;
  readonly #world: Pick<World, "after">;
  #announced = "";
  #wanted = "";
  #stop: () => void = () => undefined;

  /** @param region the element with role="status" */
  constructor(region: Element, world: Pick<World, "after">) {
    this.#region = region;
    this.#world = world;
  }

  /** Wants a text to be announced; null says that there is nothing new to say. */
  say(text: string | null, visible: boolean): void {
    if (text !== null) this.#wanted = text;
    this.#stop();
    if (!visible || text === null || this.#wanted === this.#announced) return;
    this.#stop = this.#world.after(SETTLED_MS, () => {
      this.#announced = this.#wanted;
      setText(this.#region, this.#wanted);
    });
  }
}
