// How soon the bridge told the truth. Written down and never asserted: a busy machine is late, and not wrong.
import { expect } from "vitest";

/** The aim, with nothing else running. */
const AIM_MS = 500;

export class TruthTimes {
  readonly #times: { readonly test: string; readonly truth: string; readonly ms: number }[] = [];

  /** `truth` was told `ms` after what the running test did. What was told even before counts as at once. */
  add(truth: string, ms: number): void {
    this.#times.push({ test: expect.getState().currentTestName ?? "", truth, ms: Math.max(0, ms) });
  }

  /** A line for each kind of truth of each test: how often, median and longest. */
  table(): string {
    const kinds = new Map<string, number[]>();
    for (const { test, truth, ms } of this.#times) {
      const kind = `${truth} | ${test}`;
      kinds.set(
        kind,
        [...(kinds.get(kind) ?? []), ms].sort((one, other) => one - other),
      );
    }
    const lines = [...kinds].map(([kind, ms]) => {
      const median = ms[Math.floor(ms.length / 2)] ?? Number.NaN;
      return `${String(ms.length).padStart(4)} x  ${String(median).padStart(5)} ms  ${String(ms.at(-1)).padStart(5)} ms  ${kind}`;
    });
    const late = this.#times.filter(({ ms }) => ms > AIM_MS).length;
    return [
      `The truth was told (how often, median, longest); after more than ${AIM_MS} ms: ${late} of ${this.#times.length}`,
      ...lines,
    ].join("\n");
  }
}
