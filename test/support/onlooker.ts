// An honest pane that looks on while something happens to its bridge, and is told one change after the other.
import { setTimeout as sleep } from "node:timers/promises";
import type { BridgeProcess } from "./bridge-process.js";
import { HonestPane } from "./honest-pane.js";

const PAUSE_MS = 100;
const PATIENCE_MS = 30_000;

export class Onlooker {
  readonly pane: HonestPane;
  readonly #bridge: BridgeProcess;
  readonly #complaints: string[] = [];
  readonly #told: Promise<void>;
  #ending = false;
  #count = 0;

  private constructor(bridge: BridgeProcess, pane: HonestPane) {
    this.#bridge = bridge;
    this.pane = pane;
    this.#told = this.#tell();
  }

  static async at(bridge: BridgeProcess): Promise<Onlooker> {
    return new Onlooker(bridge, await HonestPane.connect(bridge));
  }

  /** What went wrong; empty when every change of Outlook's arrived, in order and in time. */
  get complaints(): readonly string[] {
    return [...this.#complaints, ...this.pane.complaints];
  }

  /** Waits until one change that begins after now has arrived. */
  async toldOnceMore(): Promise<void> {
    const enough = this.#count + 2;
    while (this.#count < enough && this.complaints.length === 0) await sleep(10);
  }

  async end(): Promise<void> {
    this.#ending = true;
    await this.#told;
    await this.pane.close();
  }

  async #tell(): Promise<void> {
    while (!this.#ending && this.#complaints.length === 0) {
      const wanted = this.pane.present.state === "online" ? "offline" : "online";
      try {
        await this.#bridge.outlook(wanted);
        await this.pane.shows(wanted, PATIENCE_MS);
      } catch (thrown) {
        this.#complaints.push(thrown instanceof Error ? thrown.message : String(thrown));
      }
      this.#count += 1;
      await sleep(PAUSE_MS);
    }
  }
}
