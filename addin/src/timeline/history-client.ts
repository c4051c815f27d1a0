import { HISTORY_PATH, type History } from "../../../shared/src/history.js";
import { validateHistory } from "../../../shared/src/validate.js";
import type { World } from "../feed/world.js";

/** Many changes in a burst make one request. */
const GATHER_MS = 300;

/** Fetches the history anew whenever it is outdated, while the page is seen; one request at a time. */
export class HistoryClient {
  readonly #world: Pick<World, "after">;
  readonly #loaded: (history: History) => void;
  #outdated = false;
  #loading = false;
  #visible: boolean;
  #stopTimer: () => void = () => undefined;

  constructor(world: Pick<World, "after">, visible: boolean, loaded: (history: History) => void) {
    this.#world = world;
    this.#visible = visible;
    this.#loaded = loaded;
  }

  /** The history has grown, or can be had again. */
  outdate(): void {
    this.#outdated = true;
    this.#plan(GATHER_MS);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#plan(0);
  }

  #plan(ms: number): void {
    this.#stopTimer();
    if (!this.#visible || !this.#outdated || this.#loading) return;
    this.#stopTimer = this.#world.after(ms, () => {
      void this.#load();
    });
  }

  async #load(): Promise<void> {
    this.#outdated = false;
    this.#loading = true;
    try {
      const response = await fetch(`${HISTORY_PATH}?hours=24`, { cache: "no-store" });
      const validated = response.ok ? validateHistory(await response.text()) : null;
      if (validated?.kind === "message") this.#loaded(validated.message);
    } catch {
      // The bridge has gone: the feed notices it too, and asks for the history when it is back.
    }
    this.#loading = false;
    this.#plan(GATHER_MS);
  }
}
