/** The log lines that clients cause. Their number is bounded per kind, so that no client can push other lines out of the log. */
import type { Log } from "./log.js";

export interface LogBudget {
  /** Lines of one kind that are written at once. */
  readonly logLines: number;
  /** After those, one more each time this many milliseconds have passed. */
  readonly logLineMs: number;
}

/** A token bucket. */
interface Bucket {
  tokens: number;
  /** When `tokens` was right, milliseconds. */
  at: number;
  /** Lines left out since the last one that was written. */
  omitted: number;
}

export class LimitedLog {
  readonly #log: Log;
  readonly #budget: LogBudget;
  readonly #now: () => number;
  /** By message: a kind is what has the same one. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(log: Log, budget: LogBudget, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#budget = budget;
    this.#now = now;
  }

  info(fields: object, message: string): void {
    this.#write("info", fields, message);
  }

  warn(fields: object, message: string): void {
    this.#write("warn", fields, message);
  }

  error(fields: object, message: string): void {
    this.#write("error", fields, message);
  }

  /** Logs how many lines were left out and not reported since. Call it before the log is closed. */
  flush(): void {
    for (const [message, bucket] of this.#buckets) {
      if (bucket.omitted > 0) this.#log.info({ kind: message, omitted: bucket.omitted }, "log lines were left out");
      bucket.omitted = 0;
    }
  }

  /** `message` is one of our own texts and holds nothing of the client's: each has a budget, and there must be few. */
  #write(level: "info" | "warn" | "error", fields: object, message: string): void {
    const { logLines, logLineMs } = this.#budget;
    const now = this.#now();
    const bucket = this.#buckets.get(message) ?? { tokens: logLines, at: now, omitted: 0 };
    this.#buckets.set(message, bucket);
    bucket.tokens = Math.min(logLines, bucket.tokens + (now - bucket.at) / logLineMs);
    bucket.at = now;
    if (bucket.tokens < 1) {
      bucket.omitted += 1;
      return;
    }
    bucket.tokens -= 1;
    const { omitted } = bucket;
    bucket.omitted = 0;
    this.#log[level](omitted === 0 ? fields : { ...fields, omitted }, message);
  }
}
