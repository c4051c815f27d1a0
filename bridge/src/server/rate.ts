/** Counts within windows of time: the whole memory of a limit is two numbers, however often it is asked. */

/** Answers whether one more is within `count` in `windowMs` milliseconds. */
export function rate(count: number, windowMs: number, now: () => number = () => performance.now()): () => boolean {
  let windowEnds = Number.NEGATIVE_INFINITY;
  let seen = 0;
  return () => {
    const at = now();
    if (at >= windowEnds) {
      windowEnds = at + windowMs;
      seen = 0;
    }
    seen += 1;
    return seen <= count;
  };
}
