/** Ctrl+C, SIGTERM and their kin, and the clean-up in the order that is the reverse of the start. */
import { printError } from "./console.js";

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
/** A step that hangs does not keep the process: the contract is 2 s. */
const LIMIT_MS = 1900;

export class Stopping {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #running: Promise<void> | undefined;

  /** Registers what ends a part; parts are ended in reverse order. */
  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  /** Ends everything, once, and then the process, with `exitCode` or, when a step hangs, as soon as the time is up. */
  onSignals(): void {
    for (const signal of SIGNALS) process.on(signal, () => void this.exit(0));
  }

  async exit(exitCode: number): Promise<void> {
    setTimeout(() => process.exit(exitCode), LIMIT_MS).unref();
    await this.run();
    process.exit(exitCode);
  }

  /** Idempotent; never rejects. */
  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (thrown) {
        printError(thrown);
      }
    }
  }
}
