/** Where spans are kept. */
import type { HistorySpan } from "../../../shared/src/history.js";

/** A span and its number; numbers grow in the order of writing. */
export interface NumberedSpan extends HistorySpan {
  readonly number: number;
}

export interface Store {
  /** The highest number there is, 0 when there is none. */
  lastNumber(): number;
  /** Writes all or nothing; a span whose number is there takes its place. Throws when the disk does not do it. */
  write(spans: readonly NumberedSpan[]): void;
  /** Spans that end after `from`, in the order of writing. */
  read(from: number): HistorySpan[];
  /** Forgets the spans that ended before `before`, and all but the newest `keep`. */
  prune(before: number, keep: number): void;
  close(): void;
}

/** Keeps spans while the bridge runs, where no file can be had. */
export class MemoryStore implements Store {
  #spans = new Map<number, NumberedSpan>();

  lastNumber(): number {
    return [...this.#spans.keys()].at(-1) ?? 0;
  }

  write(spans: readonly NumberedSpan[]): void {
    for (const span of spans) this.#spans.set(span.number, span);
  }

  read(from: number): HistorySpan[] {
    return [...this.#spans.values()]
      .filter((span) => span.to > from)
      .map(({ state, from: began, to, reason }) => ({ state, from: began, to, reason }));
  }

  prune(before: number, keep: number): void {
    const kept = [...this.#spans].filter(([, span]) => span.to >= before).slice(-keep);
    this.#spans = new Map(kept);
  }

  close(): void {
    this.#spans.clear();
  }
}
