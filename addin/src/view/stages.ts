import type { World } from "../feed/world.js";

/** A visible page that gets no frame for this long (it is covered by another window, say) is drawn without one. */
const FRAME_WITHIN_MS = 250;

/**
 * Work that the state does not wait for, in two stages: what is seen beside the state comes with the same frame, so that no
 * frame ever shows the new state with the old one's times; what is not looked at just then comes after that frame. What is
 * planned again before it was done is done once.
 */
export class Stages {
  readonly #world: Pick<World, "after">;
  readonly #withFrame: () => void;
  readonly #afterFrame: () => void;
  #due: "nothing" | "both" | "after" = "nothing";
  #takeBack: () => void = () => undefined;

  constructor(world: Pick<World, "after">, withFrame: () => void, afterFrame: () => void) {
    this.#world = world;
    this.#withFrame = withFrame;
    this.#afterFrame = afterFrame;
  }

  /** Plans both stages; a hidden page has no frames, and there they are done at once. */
  plan(): void {
    if (document.hidden) {
      this.#due = "both";
      this.flush();
      return;
    }
    if (this.#due === "both") return;
    this.#takeBack();
    this.#due = "both";
    const frame = requestAnimationFrame(() => {
      this.#frame();
    });
    const stopWaiting = this.#world.after(FRAME_WITHIN_MS, () => {
      this.flush();
    });
    this.#takeBack = () => {
      cancelAnimationFrame(frame);
      stopWaiting();
    };
  }

  /** Does at once what is planned. */
  flush(): void {
    this.#takeBack();
    const due = this.#due;
    this.#due = "nothing";
    if (due === "both") this.#withFrame();
    if (due !== "nothing") this.#afterFrame();
  }

  #frame(): void {
    this.#takeBack();
    this.#due = "after";
    // From within a frame's callback a task comes after what is drawn for that frame.
    this.#takeBack = this.#world.after(0, () => {
      this.flush();
    });
    this.#withFrame();
  }
}
