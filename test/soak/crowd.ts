// Many honest panes that come back when they lose the bridge, and what they have been told, held against each other.
import { setTimeout as sleep } from "node:timers/promises";
import type { FeedMessage } from "../../shared/src/protocol.js";
import type { BridgeProcess } from "../support/bridge-process.js";
import { HonestPane } from "../support/honest-pane.js";

const RETRY_MS = 200;

/** What a change said, without what differs from pane to pane. */
const contentOf = (message: Exclude<FeedMessage, { type: "heartbeat" }>): string =>
  JSON.stringify([message.state, message.since, message.source]);

export class Crowd {
  readonly complaints: string[] = [];
  messages = 0;
  connections = 0;
  readonly #bridge: () => BridgeProcess;
  readonly #panes: (HonestPane | undefined)[];
  /** What each number of each life of the feed said: every pane must have been told the same. */
  readonly #said = new Map<string, string>();
  readonly #lives: Promise<void>[];
  #ending = false;

  constructor(size: number, bridge: () => BridgeProcess) {
    this.#bridge = bridge;
    this.#panes = Array.from({ length: size }, () => undefined);
    this.#lives = this.#panes.map((_pane, index) => this.#live(index));
  }

  get panes(): readonly HonestPane[] {
    return this.#panes.flatMap((pane) => pane ?? []);
  }

  /** Published changes, over all lives of the feed. */
  get changes(): number {
    return this.#said.size;
  }

  /** Waits until every pane is connected and shows `state`. */
  async agree(state: string, patienceMs: number): Promise<void> {
    const limit = performance.now() + patienceMs;
    const agreed = (): boolean =>
      this.panes.length === this.#panes.length && this.panes.every(({ present }) => present.state === state);
    while (!agreed()) {
      if (performance.now() > limit) {
        const shown = this.panes.map(({ present }) => `${present.state} ${JSON.stringify(present.source)}`);
        throw new Error(`not all of ${this.#panes.length} panes show ${state}: ${JSON.stringify([...new Set(shown)])}`);
      }
      await sleep(50);
    }
  }

  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.panes.map((pane) => pane.close()));
    await Promise.all(this.#lives);
  }

  /** One place in the crowd: a pane, and its successor whenever it has lost its connection. */
  async #live(index: number): Promise<void> {
    while (!this.#ending) {
      try {
        const pane = await HonestPane.connect(this.#bridge());
        this.connections += 1;
        this.#panes[index] = pane;
        await pane.closed;
        this.#panes[index] = undefined;
        this.#take(pane);
      } catch {
        // The bridge is not there, or stands still: that is what was done to it.
      }
      await sleep(RETRY_MS);
    }
  }

  #take(pane: HonestPane): void {
    this.complaints.push(...pane.complaints);
    this.messages += pane.messages.length;
    const { epoch } = pane.snapshot;
    for (const message of pane.messages) {
      if (message.type === "heartbeat") continue;
      const key = `${epoch} ${message.seq}`;
      const content = contentOf(message);
      const before = this.#said.get(key);
      if (before === undefined) this.#said.set(key, content);
      else if (before !== content) this.complaints.push(`${key} said ${before} to one pane and ${content} to another`);
    }
  }
}
