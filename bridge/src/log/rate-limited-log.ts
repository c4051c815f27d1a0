/**
 * Logs lines that clients cause. The rate is limited per message, so that no client can push other lines out of the log. Omitted
 * lines are counted and reported with the next line of the same message.
 */
import type { Log } from "./log.js";

export interface LogRateLimit {
  /** Lines with the same message that are logged in a burst. */
  readonly logLines: number;
  /** After a burst, one more line is logged each time this many milliseconds have passed. */
  readonly logLineMs: number;
}

interface TokenBucket {
  tokens: number;
  /** When `tokens` was computed, on the clock `now`, in milliseconds. */
  updatedAt: number;
  /** Lines since the last logged one. */
  omitted: number;
}

export class RateLimitedLog {
  readonly #log: Log;
  readonly #limit: LogRateLimit;
  readonly #now: () => number;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(log: Log, limit: LogRateLimit, now: () => number = () => performance.now()) {
    this.#log = log;
    this.#limit = limit;
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

  /** Logs the numbers of omitted lines that are not reported yet. Call it before closing the log. */
  flush(): void {
    for (const [message, bucket] of this.#buckets) {
      if (bucket.omitted > 0) this.#log.info({ kind: message, omitted: bucket.omitted }, "log lines were omitted");
      bucket.omitted = 0;
    }
  }

  /** `message` must be a constant without text from clients, because each one has a bucket. */
  #write(level: "info" | "warn" | "error", fields: object, message: string): void {
    const { logLines, logLineMs } = this.#limit;
    const now = this.#now();
    const bucket = this.#buckets.get(message) ?? { tokens: logLines, updatedAt: now, omitted: 0 };
    this.#buckets.set(message, bucket);
    bucket.tokens = Math.min(logLines, bucket.tokens + (now - bucket.updatedAt) / logLineMs);
    bucket.updatedAt = now;
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
