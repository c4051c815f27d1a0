/** Returns a function that returns whether one more is within `count` per `windowMs` milliseconds. Its memory is two numbers. */
export function rateLimit(count: number, windowMs: number, now: () => number = () => performance.now()): () => boolean {
  let windowEnd = Number.NEGATIVE_INFINITY;
  let used = 0;
  return () => {
    const time = now();
    if (time >= windowEnd) {
      windowEnd = time + windowMs;
      used = 0;
    }
    used += 1;
    return used <= count;
  };
}
