// Changes the state of Outlook continuously, and checks that a client receives every change while its bridge is under attack.
import { setTimeout as sleep } from "node:timers/promises";
import type { BridgeProcess } from "./bridge-process.js";
import { TestFeedClient } from "./feed-client.js";

const PAUSE_MS = 100;
const TIMEOUT_MS = 30_000;

export class LivenessClient {
  readonly client: TestFeedClient;
  readonly #bridge: BridgeProcess;
  readonly #complaints: string[] = [];
  readonly #finished: Promise<void>;
  #isClosing = false;
  #count = 0;

  private constructor(bridge: BridgeProcess, pane: TestFeedClient) {
    this.#bridge = bridge;
    this.client = pane;
    this.#finished = this.#changeContinuously();
  }

  static async connect(bridge: BridgeProcess): Promise<LivenessClient> {
    return new LivenessClient(bridge, await TestFeedClient.connect(bridge));
  }

  /** Empty if every change arrived in order and in time. */
  get errors(): readonly string[] {
    return [...this.#complaints, ...this.client.errors];
  }

  /** Waits until a change that starts after this call has arrived. */
  async waitForChange(): Promise<void> {
    const target = this.#count + 2;
    while (this.#count < target && this.errors.length === 0) await sleep(10);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#finished;
    await this.client.close();
  }

  async #changeContinuously(): Promise<void> {
    while (!this.#isClosing && this.#complaints.length === 0) {
      const wanted = this.client.status.state === "online" ? "offline" : "online";
      try {
        await this.#bridge.outlook(wanted);
        await this.client.waitForState(wanted, TIMEOUT_MS);
      } catch (error) {
        this.#complaints.push(error instanceof Error ? error.message : String(error));
      }
      this.#count += 1;
      await sleep(PAUSE_MS);
    }
  }
}
