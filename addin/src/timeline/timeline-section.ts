import type { History } from "../../../shared/src/history.js";
import type { Clocks, World } from "../feed/world.js";
import type { Past, Told } from "../told/told.js";
import type { Times } from "../words/times.js";
import type { Words } from "../words/words.js";
import { HistoryClient } from "./history-client.js";
import { TimelineView } from "./timeline-view.js";
import { timeline, type Tail } from "./timeline.js";

/** The picture moves on this often. */
const MOVES_MS = 60_000;

/** The timeline as a whole: the history from the bridge, led up to now by what the feed says, drawn. */
export class TimelineSection {
  readonly #client: HistoryClient;
  readonly #view = new TimelineView();
  #history: History | null = null;
  #drawnAt = -Infinity;

  /** @param found is told the last state that the history knows, should the pane know a less recent one */
  constructor(world: World, visible: boolean, found: (past: Past | null) => void) {
    this.#client = new HistoryClient(world, visible, (history) => {
      this.#history = history;
      found(lastKnown(history));
    });
  }

  outdate(): void {
    this.#client.outdate();
  }

  setVisible(visible: boolean): void {
    this.#client.setVisible(visible);
  }

  /** For how many milliseconds the picture stays right. */
  staysMs(now: Clocks): number {
    return Math.max(1000, this.#drawnAt + MOVES_MS - now.monotonic);
  }

  draw(told: Told, past: Past | null, words: Words, times: Times, now: Clocks): void {
    this.#drawnAt = now.monotonic;
    // The history is classic Outlook's; beside another one it would be taken for that one's.
    this.#view.show(told.name !== "other-outlook");
    this.#view.draw(timeline(this.#history, tail(told, past, now)), words, times);
  }

  /** Draws only if it is time to. */
  tick(told: Told, past: Past | null, words: Words, times: Times, now: Clocks): void {
    if (now.monotonic - this.#drawnAt >= MOVES_MS) this.draw(told, past, words, times, now);
  }
}

/** Leads the history on: by the present state from its beginning, or by unknown time from the last known moment. */
function tail({ state, lasting }: Told, past: Past | null, { monotonic, wall }: Clocks): Tail {
  if (lasting === null) return { now: wall, state: "unknown", since: past?.at ?? null };
  return { now: wall, state, since: lasting.since ?? wall - (monotonic - lasting.startedAt) };
}

function lastKnown({ spans }: History): Past | null {
  for (const { state, to } of [...spans].reverse()) {
    if (state !== "unknown") return { state, at: to };
  }
  return null;
}
