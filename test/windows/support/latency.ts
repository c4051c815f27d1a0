// Latencies between an event and its report. They are printed but not asserted, because they depend on the load of the machine.
import { expect } from "vitest";

/** The target on an idle machine. */
const TARGET_MS = 500;

export class Latencies {
  readonly #times: { readonly test: string; readonly stateOrReason: string; readonly ms: number }[] = [];

  /** Records that a state or reason was reported after `ms`. Negative values count as 0. */
  add(stateOrReason: string, ms: number): void {
    this.#times.push({ test: expect.getState().currentTestName ?? "", stateOrReason, ms: Math.max(0, ms) });
  }

  /** One line for each state or reason of each test: count, median and maximum. */
  table(): string {
    const kinds = new Map<string, number[]>();
    for (const { test, stateOrReason, ms } of this.#times) {
      const kind = `${stateOrReason} | ${test}`;
      kinds.set(
        kind,
        [...(kinds.get(kind) ?? []), ms].sort((one, other) => one - other),
      );
    }
    const lines = [...kinds].map(([kind, ms]) => {
      const median = ms[Math.floor(ms.length / 2)] ?? Number.NaN;
      return `${String(ms.length).padStart(4)} x  ${String(median).padStart(5)} ms  ${String(ms.at(-1)).padStart(5)} ms  ${kind}`;
    });
    const late = this.#times.filter(({ ms }) => ms > TARGET_MS).length;
    return [
      `Latencies (count, median, maximum); above ${TARGET_MS} ms: ${late} of ${this.#times.length}`,
      ...lines,
    ].join("\n");
  }
}
