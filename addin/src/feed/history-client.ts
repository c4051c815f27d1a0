import { HISTORY_PATH, parseHistory, type History } from "../../../shared/src/contract.js";
import type { Clock } from "./clock.js";

/** Changes within this time share one request. */
const BATCH_MS = 300;

/** Fetches the history, one request at a time and only while the page is visible. */
export class HistoryClient {
  readonly #clock: Clock;
  readonly #onHistory: (history: History) => void;
  #outdated = false;
  #loading = false;
  #visible: boolean;
  #cancelTimer: () => void = () => undefined;

  constructor(clock: Clock, visible: boolean, onHistory: (history: History) => void) {
    this.#clock = clock;
    this.#visible = visible;
    this.#onHistory = onHistory;
  }

  /** Requests the history again: it has changed, or the bridge is back. */
  refresh(): void {
    this.#outdated = true;
    this.#schedule(BATCH_MS);
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#schedule(0);
  }

  #schedule(ms: number): void {
    this.#cancelTimer();
    if (!this.#visible || !this.#outdated || this.#loading) return;
    this.#cancelTimer = this.#clock.after(ms, () => {
      void this.#load();
    });
  }

  async #load(): Promise<void> {
    this.#outdated = false;
    this.#loading = true;
    try {
      const response = await fetch(`${HISTORY_PATH}?hours=24`, { cache: "no-store" });
      const parsed = response.ok ? parseHistory(await response.text()) : null;
      if (parsed?.kind === "message") this.#onHistory(parsed.message);
    } catch {
      // The bridge is not reachable. When the feed has reconnected, the history is requested again.
    }
    this.#loading = false;
    this.#schedule(BATCH_MS);
  }
}
