/** What a run has changed so far, as the steps back; taken in reverse order when a later step fails. */
import { describe } from "../failure.js";

export type Back = () => Promise<void> | void;

export class Journal {
  readonly #backs: { readonly what: string; readonly back: Back }[] = [];
  #goingBack = false;

  /** `what`: for the person, when it cannot be taken back. The way back itself is not noted. */
  add(what: string, back: Back): void {
    if (!this.#goingBack) this.#backs.push({ what, back });
  }

  /** Takes everything back, whatever fails on the way. Returns what could not be taken back; never rejects. */
  async rollBack(): Promise<string[]> {
    this.#goingBack = true;
    const left: string[] = [];
    for (let entry = this.#backs.pop(); entry !== undefined; entry = this.#backs.pop()) {
      try {
        await entry.back();
      } catch (thrown) {
        left.push(`${entry.what}: ${describe(thrown)}`);
      }
    }
    return left;
  }
}
