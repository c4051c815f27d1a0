/** Runs the registered clean-up steps in reverse order, on Ctrl+C, other signals, or an error. */
import { printError } from "./console.js";

const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === "win32" ? ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] : ["SIGINT", "SIGTERM", "SIGHUP"];
/** The process must end within 2 s, even if a step hangs. */
const TIMEOUT_MS = 1900;

export class Shutdown {
  readonly #steps: (() => Promise<void> | void)[] = [];
  #running: Promise<void> | undefined;

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  exitOnSignals(): void {
    for (const signal of SIGNALS) process.on(signal, () => void this.exit(0));
  }

  /** Runs all steps, then exits; exits anyway when the time is up. */
  async exit(exitCode: number): Promise<void> {
    setTimeout(() => process.exit(exitCode), TIMEOUT_MS).unref();
    await this.run();
    process.exit(exitCode);
  }

  /** Idempotent. Never rejects. */
  run(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  async #run(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step();
      } catch (error) {
        printError(error);
      }
    }
  }
}
