// Many feed clients that reconnect, and a check that all of them received the same messages.
import { setTimeout as sleep } from "node:timers/promises";
import type { FeedMessage } from "../../shared/src/contract.js";
import type { BridgeProcess } from "../support/bridge-process.js";
import { TestFeedClient } from "../support/feed-client.js";

const RETRY_MS = 200;

/** The content of a change, without what differs between clients. */
const contentOf = (message: Exclude<FeedMessage, { type: "heartbeat" }>): string =>
  JSON.stringify([message.state, message.since, message.source]);

export class ReconnectingClients {
  readonly errors: string[] = [];
  messages = 0;
  connections = 0;
  readonly #bridge: () => BridgeProcess;
  readonly #clients: (TestFeedClient | undefined)[];
  /** The content by epoch and sequence number, which must be the same for every client. */
  readonly #contents = new Map<string, string>();
  readonly #tasks: Promise<void>[];
  #isClosing = false;

  constructor(size: number, bridge: () => BridgeProcess) {
    this.#bridge = bridge;
    this.#clients = Array.from({ length: size }, () => undefined);
    this.#tasks = this.#clients.map((_client, index) => this.#keepConnected(index));
  }

  get connected(): readonly TestFeedClient[] {
    return this.#clients.flatMap((client) => client ?? []);
  }

  /** The number of published changes, over all epochs. */
  get changes(): number {
    return this.#contents.size;
  }

  /** Waits until every client is connected and has received `state`. */
  async waitForState(state: string, timeoutMs: number): Promise<void> {
    const limit = performance.now() + timeoutMs;
    const agreed = (): boolean =>
      this.connected.length === this.#clients.length && this.connected.every(({ status }) => status.state === state);
    while (!agreed()) {
      if (performance.now() > limit) {
        const shown = this.connected.map(({ status }) => `${status.state} ${JSON.stringify(status.source)}`);
        throw new Error(
          `not all of ${this.#clients.length} clients received ${state}: ${JSON.stringify([...new Set(shown)])}`,
        );
      }
      await sleep(50);
    }
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await Promise.all(this.connected.map((client) => client.close()));
    await Promise.all(this.#tasks);
  }

  /** Keeps one client connected. */
  async #keepConnected(index: number): Promise<void> {
    while (!this.#isClosing) {
      try {
        const client = await TestFeedClient.connect(this.#bridge());
        this.connections += 1;
        this.#clients[index] = client;
        await client.closed;
        this.#clients[index] = undefined;
        this.#compare(client);
      } catch {
        // The bridge is down or suspended, as intended.
      }
      await sleep(RETRY_MS);
    }
  }

  #compare(client: TestFeedClient): void {
    this.errors.push(...client.errors);
    this.messages += client.messages.length;
    const { epoch } = client.snapshot;
    for (const message of client.messages) {
      if (message.type === "heartbeat") continue;
      const key = `${epoch} ${message.seq}`;
      const content = contentOf(message);
      const before = this.#contents.get(key);
      if (before === undefined) this.#contents.set(key, content);
      else if (before !== content) this.errors.push(`${key} was ${before} for one client and ${content} for another`);
    }
  }
}
