import type { World } from "../feed/world.js";

/** A visible page that gets no frame for this long (it is covered by another window, say) is drawn without one. */
const FRAME_WITHIN_MS = 250;
/**
 * After its frame, so that the screen has it first: to draw a frame takes the processor too. With the frame itself less than
 * what the bridge leaves between two changes, so that in a burst what comes after is not put off for ever.
 */
const AFTER_FRAME_MS = 25;

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
    this.#takeBack = this.#world.after(AFTER_FRAME_MS, () => {
      this.flush();
    });
    this.#withFrame();
  }
}
